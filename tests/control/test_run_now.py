"""A job that waits for its time is due when somebody says so."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from soniq import Soniq
from soniq.errors import OptionInvalid


@pytest.fixture
def flaky(app: Soniq) -> str:
    @app.job(name="flaky", retries=1, retry_delay=3600)
    async def flaky(fails: int = 0) -> None:
        if fails:
            raise ConnectionError("not yet")

    return flaky.name


async def test_a_failed_job_runs_its_next_attempt_now(app: Soniq, flaky: str) -> None:
    job_id = await app.enqueue(flaky, args={"fails": 1})
    await app.run_worker(run_once=True)

    assert await app.run_job_now(job_id)

    assert await app.run_worker(run_once=True) == 1
    job = await app.get_job(job_id)
    assert job is not None
    assert (job.status, job.attempts) == ("dead_letter", 2)


async def test_a_job_for_later_of_a_key_runs_now(app: Soniq, flaky: str) -> None:
    job_id = await app.enqueue(flaky, scheduled_at=timedelta(hours=1), concurrency_key="one")

    assert await app.run_job_now(job_id)

    assert await app.run_worker(run_once=True) == 1


async def test_it_is_due_when_the_transaction_commits_and_not_before(app: Soniq, flaky: str) -> None:
    job_id = await app.schedule(flaky, timedelta(hours=1))

    async with app.transaction() as conn:
        assert await app.run_job_now(job_id, connection=conn)
        assert await app.run_worker(run_once=True) == 0

    assert await app.run_worker(run_once=True) == 1


async def test_a_sleeping_worker_is_woken(app: Soniq, flaky: str, other: Any) -> None:
    job_id = await app.schedule(flaky, timedelta(hours=1))
    async with app.worker():
        async with asyncio.timeout(10):
            while not await other.fetchval("select count(*) from soniq.sleepers"):
                await other.execute("select pg_sleep(0.01)")

        assert await app.run_job_now(job_id)

        assert (await app.wait(job_id, timeout=10)).status == "done"


async def test_what_does_not_wait_for_its_time_is_left_alone(app: Soniq, flaky: str) -> None:
    due, ended = [await app.enqueue(flaky) for _ in range(2)]
    await app.cancel_job(ended)

    answers = [await app.run_job_now(each) for each in (due, ended, uuid4())]

    assert answers == [False, False, False]
    with pytest.raises(OptionInvalid, match="UUID"):
        await app.run_job_now("7")
