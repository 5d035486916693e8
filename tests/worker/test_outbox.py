"""While outcomes cannot be written, claiming stops at a bound, and nothing is forgotten (rule 9)."""

import asyncio
import logging
from typing import Any

import pytest

from soniq import Soniq
from soniq.worker.outbox import BOUND
from soniq.worker.pace import AHEAD_JOBS

HELD = "select count(*) from soniq.jobs where state = 'processing'"


async def test_claiming_stops_while_outcomes_wait(app: Soniq, other: Any) -> None:
    @app.job(name="note")
    async def note(number: int) -> None: ...

    await app.enqueue_many(note, [{"number": number} for number in range(BOUND + 2000)])
    async with app.worker(concurrency=10), asyncio.timeout(30):
        async with app.transaction() as connection:
            await connection.execute("lock table soniq.job_history in access exclusive mode")
            while await other.fetchval(HELD) < BOUND:
                await other.execute("select pg_sleep(0.01)")
            await other.execute("select pg_sleep(0.3)")
            assert await other.fetchval(HELD) <= BOUND + AHEAD_JOBS + 10
        while await other.fetchval("select count(*) from soniq.jobs"):
            await other.execute("select pg_sleep(0.01)")

    assert await other.fetchval("select count(*) from soniq.job_history where attempt = 1") == BOUND + 2000


async def test_failures_are_logged_with_the_facts(app: Soniq, caplog: pytest.LogCaptureFixture) -> None:
    @app.job(name="fail", retries=1, retry_delay=0)
    async def fail() -> None:
        raise ValueError("no such order")

    job_id = await app.enqueue(fail)
    with caplog.at_level(logging.WARNING, "soniq"):
        await app.run_worker(run_once=True)

    assert [record.message for record in caplog.records] == [
        f"attempt failed: job {job_id} of task fail, attempt 1 of 2: ValueError: no such order",
        f"job became a dead letter: job {job_id} of task fail, attempt 2 of 2: ValueError: no such order",
    ]
    assert {record.__dict__["job_id"] for record in caplog.records} == {job_id}
    assert {record.__dict__["error"] for record in caplog.records} == {"ValueError: no such order"}
