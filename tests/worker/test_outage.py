"""A worker outlives its connections, one by one and all at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from soniq import Soniq
from soniq.worker import errands

OURS = "select pid from pg_stat_activity where datname = current_database() and application_name = 'soniq'"


@pytest.fixture
async def app(migrated_url: str) -> AsyncIterator[Soniq]:
    """Open an app whose pool holds no connection: those that are seen are the worker's."""
    async with Soniq(migrated_url, pool_min_size=0, poll_interval=0.1) as opened:

        @opened.job(name="note")
        async def note(number: int) -> None: ...

        yield opened


async def settled(other: Any, jobs: int) -> None:
    async with asyncio.timeout(20):
        while await other.fetchval("select count(*) from soniq.job_history") < jobs:
            await other.execute("select pg_sleep(0.01)")


async def test_every_connection_may_be_cut_at_any_time(app: Soniq, other: Any) -> None:
    async with app.worker(concurrency=4):
        for round_ in range(5):
            await app.enqueue_many("note", [{"number": number} for number in range(500)])
            await other.execute(f"select pg_terminate_backend(pid) from ({OURS}) as ours")
            await settled(other, 500 * (round_ + 1))

    assert await other.fetchval("select count(*) from soniq.jobs") == 0
    assert await other.fetchval("select count(*) from soniq.job_history where attempt = 1") == 2500


async def test_a_claim_whose_answer_was_lost_is_found_and_run(
    app: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "RECALL_SECONDS", 0.2)
    stop = asyncio.Event()
    working = asyncio.create_task(app.run_worker(shutdown_event=stop))
    async with asyncio.timeout(10):
        while not (worker_id := await other.fetchval("select id from soniq.workers")):
            await other.execute("select pg_sleep(0.005)")
    await app.schedule("note", timedelta(hours=1), args={"number": 1})
    await other.execute(
        "update soniq.jobs set state = 'processing', attempt = 1, token = gen_random_uuid(), worker_id = $1", worker_id
    )
    await settled(other, 1)
    stop.set()
    assert await working == 1


async def test_a_worker_that_was_cut_off_comes_back_under_a_new_generation(app: Soniq, other: Any) -> None:
    async with app.worker():
        before = await other.fetchrow("select generation, lock_key from soniq.workers")
        await other.execute(f"select pg_terminate_backend(pid) from ({OURS}) as ours")
        async with asyncio.timeout(10):
            while (after := await other.fetchrow("select generation, lock_key from soniq.workers")) == before:
                await other.execute("select pg_sleep(0.005)")

        assert after["generation"] == before["generation"] + 1
        assert after["lock_key"] != before["lock_key"]


async def test_a_worker_that_was_taken_for_dead_enters_itself_again(app: Soniq, other: Any) -> None:
    async with app.worker():
        await other.execute("delete from soniq.workers")
        async with asyncio.timeout(10):
            while not await other.fetchval("select count(*) from soniq.workers"):
                await other.execute("select pg_sleep(0.005)")


async def test_a_server_that_does_not_answer_at_the_start_is_said_loudly() -> None:
    app = Soniq("postgresql://soniq:soniq@127.0.0.1:1/nowhere")

    with pytest.raises(ConnectionError):
        await app.run_worker(run_once=True)
