"""When the app's retry policy is asked, and what becomes of its answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from soniq import JobMeta
from soniq.job import Claim, Failed, Finished, Outcome
from soniq.settle.policy import FALLBACK, ruled
from soniq.task.definition import Retries

NOW = datetime.now(UTC)
UNNAMED = Retries(delays=())
FAILED = Failed("KeyError: 'x'", "tb", cause=KeyError("x"))
HELD = Claim(uuid4(), uuid4(), "work", "{}", "mail", 100, 1, 3, NOW, None, NOW, rescued=False)


class Policy:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self, answer: Callable[[], float | timedelta | None]) -> None:
        self.answer = answer
        self.asked: list[tuple[int, JobMeta, BaseException]] = []

    def delay_for(self, *, attempt: int, job_meta: JobMeta, exc: BaseException) -> float | timedelta | None:
        self.asked.append((attempt, job_meta, exc))
        return self.answer()


def test_it_hears_of_the_attempt_the_job_and_the_error() -> None:
    policy = Policy(lambda: 7)

    outcome = ruled(policy, HELD, FAILED, UNNAMED)

    [(attempt, meta, error)] = policy.asked
    assert outcome == replace(FAILED, delay=timedelta(seconds=7))
    assert (attempt, meta.job_id, meta.queue, meta.max_attempts, error) == (1, str(HELD.id), "mail", 3, FAILED.cause)


@pytest.mark.parametrize(
    ("outcome", "attempt", "retries"),
    [
        (Finished("1"), 1, UNNAMED),
        (FAILED, 3, UNNAMED),
        (FAILED, 1, Retries(delays=(0.0,))),
        (replace(FAILED, retryable=False), 1, UNNAMED),
        (replace(FAILED, delay=timedelta(seconds=1)), 1, UNNAMED),
    ],
    ids=["no failure", "no attempt left", "the task's own delay", "never again", "the handler's own delay"],
)
def test_it_is_asked_only_where_nothing_else_has_decided(outcome: Outcome, attempt: int, retries: Retries) -> None:
    policy = Policy(lambda: 7)

    assert ruled(policy, HELD._replace(attempt=attempt), outcome, retries) == outcome
    assert policy.asked == []


@pytest.mark.parametrize(("reason", "becomes"), [("max_retries_exceeded", "permanent_failure"), ("timeout", "timeout")])
def test_none_means_no_further_attempt(reason: str, becomes: str) -> None:
    outcome = ruled(Policy(lambda: None), HELD, replace(FAILED, reason=reason), UNNAMED)

    assert outcome == replace(FAILED, retryable=False, reason=becomes)


def test_the_longest_delay_of_a_task_bounds_it() -> None:
    outcome = ruled(Policy(lambda: timedelta(hours=1)), HELD, FAILED, replace(UNNAMED, max_delay=60))

    assert outcome == replace(FAILED, delay=timedelta(seconds=60))


def leaves() -> float:
    raise SystemExit(3)


@pytest.mark.parametrize("answer", [leaves, lambda: -1, lambda: float("nan"), lambda: float("inf"), lambda: "soon"])
def test_one_that_fails_is_logged_and_the_job_waits_all_the_same(
    answer: Callable[[], float], caplog: pytest.LogCaptureFixture
) -> None:
    outcome = ruled(Policy(answer), HELD, FAILED, UNNAMED)

    assert isinstance(outcome, Failed)
    assert outcome.delay is not None
    assert FALLBACK.base / 2 < outcome.delay.total_seconds() < FALLBACK.base * 2
    assert f"retry policy failed: job {HELD.id} of task work" in caplog.text
