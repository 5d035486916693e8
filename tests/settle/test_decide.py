"""What the row becomes, as a table."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soniq.job import Claim, Failed, Finished, HandedBack, Outcome, Snoozed, Verdict
from soniq.settle.decide import Bounds, decide
from soniq.task.definition import Retries

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
BOUNDS = Bounds(snooze=DAY, snoozes=2)
STEADY = Retries(delays=(1.0, 5.0), jitter=0)


def claim(attempt: int = 1) -> Claim:
    return Claim(uuid4(), uuid4(), "t", "{}", "default", 100, attempt, 3, NOW, None, NOW, rescued=False)


def decided(outcome: Outcome, attempt: int = 1) -> Verdict:
    return decide(claim(attempt), outcome, STEADY, 0.5, BOUNDS)


@pytest.mark.parametrize(
    ("outcome", "attempt", "state", "delay", "spend", "reason"),
    [
        (Finished('"x"'), 1, "done", 0, True, None),
        (Snoozed(SECOND), 1, "queued", 1, False, None),
        (Snoozed(99 * DAY), 3, "queued", DAY.total_seconds(), False, None),
        (HandedBack(SECOND, "stopping"), 3, "queued", 1, False, None),
        (Failed("E", "tb"), 1, "queued", 1, True, None),
        (Failed("E", "tb"), 2, "queued", 5, True, None),
        (Failed("E", "tb", delay=9 * SECOND), 2, "queued", 9, True, None),
        (Failed("E", "tb", delay=9 * SECOND), 3, "dead_letter", 0, True, "max_retries_exceeded"),
        (Failed("E", "tb"), 3, "dead_letter", 0, True, "max_retries_exceeded"),
        (Failed("E", "tb", reason="timeout"), 3, "dead_letter", 0, True, "timeout"),
        (Failed("E", "", retryable=False, reason="job_not_found"), 1, "dead_letter", 0, True, "job_not_found"),
    ],
)
def test_an_outcome_becomes_a_verdict(
    outcome: Outcome, attempt: int, state: str, delay: float, spend: bool, reason: str | None
) -> None:
    verdict = decided(outcome, attempt)

    assert (verdict.state, verdict.spend_attempt, verdict.reason) == (state, spend, reason)
    assert verdict.delay.total_seconds() == delay


@pytest.mark.parametrize(
    ("snoozes", "attempt", "state", "spend"),
    [(1, 3, "queued", False), (2, 2, "queued", True), (2, 3, "dead_letter", True)],
)
def test_a_snooze_beyond_the_bound_spends_an_attempt(snoozes: int, attempt: int, state: str, spend: bool) -> None:
    tired = claim(attempt)._replace(snoozes=snoozes)

    verdict = decide(tired, Snoozed(SECOND), STEADY, 0.5, BOUNDS)

    assert (verdict.state, verdict.spend_attempt, verdict.snooze) == (state, spend, not spend)
    assert spend == ("SONIQ_MAX_SNOOZES" in (verdict.error or ""))


@pytest.mark.parametrize(
    ("only_on", "never_on", "raised", "allowed"),
    [
        (None, (), KeyError, True),
        ((OSError,), (), ConnectionError, True),
        ((OSError,), (), KeyError, False),
        (None, (LookupError,), KeyError, False),
        ((OSError,), (ConnectionError,), ConnectionResetError, False),
        ((), (), KeyError, False),
    ],
)
def test_a_task_says_after_what_it_is_tried_again(
    only_on: tuple[type[BaseException], ...] | None,
    never_on: tuple[type[BaseException], ...],
    raised: type[BaseException],
    allowed: bool,
) -> None:
    assert Retries(only_on=only_on, never_on=never_on).allows(raised) == allowed


def test_a_verdict_carries_the_claim_and_what_was_said() -> None:
    held = claim()

    failed = decide(held, Failed("E: no", "tb"), STEADY, 0.5, BOUNDS)
    done = decide(held, Finished("7"), STEADY, 0.5, BOUNDS)

    assert (failed.id, failed.token, failed.error, failed.traceback) == (held.id, held.token, "E: no", "tb")
    assert done.result == "7"


@given(attempt=st.integers(1, 1000), chance=st.floats(0, 1))
def test_backoff_doubles_within_its_bound_and_its_jitter(attempt: int, chance: float) -> None:
    rules = Retries(delays=(2.0,), backoff=True, max_delay=60, jitter=0.1)

    seconds = rules.delay(attempt, chance).total_seconds()

    exact = min(60.0, 2.0 * 2.0 ** min(attempt - 1, 60))
    assert exact * 0.9 - 1e-6 <= seconds <= exact * 1.1 + 1e-6
