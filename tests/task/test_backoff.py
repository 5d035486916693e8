"""What a retry policy can be, and the one that comes with Soniq."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soniq import ExponentialBackoff, JobMeta, Soniq
from soniq.errors import SettingsInvalid

META = JobMeta("0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11", "work", "default", 100, 1, 4, datetime.now(UTC), None)
ERROR = RuntimeError("no")


class Asynchronous:
    async def delay_for(self, *, attempt: int, job_meta: JobMeta, exc: BaseException) -> float:
        return 1


class Positional:
    def delay_for(self, attempt: int) -> float:
        return 1


WRONG = {
    "a class": ExponentialBackoff,
    "async": Asynchronous(),
    "by place": Positional(),
    "number": 5,
    "name": "exponential",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_could_not_be_asked_is_refused_when_the_app_is_made(wrong: Any) -> None:
    with pytest.raises(SettingsInvalid, match=r"delay_for\(self, \*, attempt, job_meta, exc\)"):
        Soniq(retry_policy=wrong)


@pytest.mark.parametrize(
    "numbers", [{"base": -1}, {"factor": 0.5}, {"max_delay": float("nan")}, {"jitter": 2}, {"base": True}], ids=repr
)
def test_a_backoff_out_of_range_is_refused(numbers: dict[str, float]) -> None:
    [name] = numbers

    with pytest.raises(SettingsInvalid, match=f"`{name}` of an ExponentialBackoff"):
        ExponentialBackoff(**numbers)


@given(attempt=st.integers(1, 1001), factor=st.floats(1, 1e8), jitter=st.floats(0, 1))
def test_a_backoff_grows_within_its_bound_and_its_jitter(attempt: int, factor: float, jitter: float) -> None:
    seconds = ExponentialBackoff(2.0, factor, 600, jitter).delay_for(attempt=attempt, job_meta=META, exc=ERROR)

    grown = math.log(2.0) + (attempt - 1) * math.log(factor)  # as no float could hold it
    exact = math.exp(min(grown, math.log(600)))
    assert exact * (1 - jitter) - 1e-3 <= seconds <= exact * (1 + jitter) + 1e-3


def test_a_job_reads_as_attributes_and_as_a_mapping() -> None:
    assert (META.job_name, META["job_name"], dict(META)["attempt"]) == ("work", "work", 1)
