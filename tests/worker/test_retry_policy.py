"""An app's retry policy decides when what failed is tried again, and whether."""

import pytest

from soniq import Job, JobMeta, Soniq
from tests.worker.running import run


class Mine:
    def delay_for(self, *, attempt: int, job_meta: JobMeta, exc: BaseException) -> float | None:
        return None if isinstance(exc, LookupError) else 3600.0 * attempt


async def broken() -> None:
    raise ConnectionError("no route")


async def unknown() -> None:
    raise KeyError("customer")


def waits(job: Job) -> float:
    assert job.scheduled_at is not None
    return (job.scheduled_at - job.updated_at).total_seconds()


async def test_it_decides_the_delay(migrated_url: str) -> None:
    async with Soniq(migrated_url, retry_policy=Mine()) as app:
        job = await run(app, broken, retries=3)

    assert (job.status, job.attempts) == ("queued", 1)
    assert waits(job) == pytest.approx(3600, abs=1)


async def test_none_makes_a_dead_letter_at_once(migrated_url: str) -> None:
    async with Soniq(migrated_url, retry_policy=Mine()) as app:
        job = await run(app, unknown, retries=3)

    assert (job.status, job.attempts, job.dead_letter_reason) == ("dead_letter", 1, "permanent_failure")


async def test_a_task_that_names_a_delay_keeps_it(migrated_url: str) -> None:
    async with Soniq(migrated_url, retry_policy=Mine()) as app:
        job = await run(app, unknown, retries=2, retry_delay=0)

    assert (job.status, job.attempts, job.dead_letter_reason) == ("dead_letter", 3, "max_retries_exceeded")
