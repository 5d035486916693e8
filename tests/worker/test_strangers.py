"""A job whose task this worker does not know is handed on, and given up only after a time (rule 16)."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from soniq import JobStatus, Soniq, task_ref
from soniq.job import Claim, Failed, HandedBack
from soniq.worker.strangers import Strangers

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def claim(age: timedelta, attempt: int = 1, scheduled: timedelta | None = None) -> Claim:
    return Claim(
        UUID(int=1), UUID(int=2), "other.task", "{}", "default", 100, attempt, 4, NOW,
        None if scheduled is None else NOW - scheduled, NOW - age, rescued=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(timedelta(), 2), (timedelta(seconds=20), 5), (timedelta(minutes=30), 60)],
)
def test_it_is_handed_back_for_longer_and_longer(age: timedelta, seconds: float) -> None:
    outcome = Strangers(HOUR, lambda: NOW).outcome(claim(age))

    assert isinstance(outcome, HandedBack)
    assert outcome.delay == timedelta(seconds=seconds)


def test_after_its_time_it_is_a_dead_letter() -> None:
    outcome = Strangers(HOUR, lambda: NOW).outcome(claim(HOUR))

    assert isinstance(outcome, Failed)
    assert (outcome.retryable, outcome.reason) == (False, "job_not_found")


def test_a_job_for_later_is_counted_from_when_it_was_due() -> None:
    outcome = Strangers(HOUR, lambda: NOW).outcome(claim(timedelta(days=2), scheduled=timedelta(seconds=4)))

    assert isinstance(outcome, HandedBack)


def test_a_job_that_ran_before_is_counted_from_when_it_was_first_seen() -> None:
    clock = [NOW]
    strangers = Strangers(HOUR, lambda: clock[0])
    first = strangers.outcome(claim(timedelta(days=2), attempt=2))
    clock[0] = NOW + HOUR

    assert isinstance(first, HandedBack)
    assert isinstance(strangers.outcome(claim(timedelta(days=2), attempt=2)), Failed)


async def test_no_attempt_is_spent_on_a_task_that_nobody_knows_yet(
    app: Soniq, other: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await app.enqueue(task_ref(name="other.task"))

    with caplog.at_level(logging.WARNING, "soniq"):
        await app.run_worker(run_once=True)

    [said] = caplog.records
    assert said.message.startswith("job handed back: job ")
    assert said.message.endswith(said.__dict__["reason"])
    assert said.__dict__["reason"] == "this worker does not know 'other.task'"
    row = await other.fetchrow("select state, attempt, run_at > now() as later from soniq.jobs")
    assert tuple(row) == ("later", 0, True)


async def test_in_the_end_it_is_a_dead_letter_that_says_so(app: Soniq, other: Any) -> None:
    job_id = await app.enqueue(task_ref(name="other.task"))
    await other.execute("update soniq.jobs set created_at = now() - interval '2 hours'")

    await app.run_worker(run_once=True)

    job = await app.get_job(job_id)
    assert job is not None
    assert (job.status, job.dead_letter_reason) == (JobStatus.DEAD_LETTER, "job_not_found")
    assert "other.task" in (job.last_error or "")
