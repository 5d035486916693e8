"""A worker with nothing to do is woken, looks by itself, and is left alone while it is busy (rule 6)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from soniq import Soniq
from soniq.identity import new_id
from soniq.worker.sleeper import Sleeper

LONG = 60  # a poll that would be noticed


async def asleep(other: Any, queues: list[str] | None = None) -> None:
    """Wait until a worker is registered as asleep."""
    async with asyncio.timeout(10):
        while not await other.fetchval(
            "select exists (select from soniq.sleepers where queues is not distinct from $1::text[])", queues
        ):
            await other.execute("select pg_sleep(0.005)")


async def awake(other: Any) -> None:
    """Wait until none is."""
    async with asyncio.timeout(10):
        while await other.fetchval("select exists (select from soniq.sleepers where queues is distinct from '{}')"):
            await other.execute("select pg_sleep(0.005)")


@pytest.fixture
async def sleepy(migrated_url: str) -> Any:
    """Open an app whose workers hardly look by themselves."""
    async with Soniq(migrated_url, poll_interval=LONG, concurrency=1) as app:
        yield app


async def test_a_sleeping_worker_is_woken_by_an_enqueue(sleepy: Soniq, other: Any) -> None:
    ran = asyncio.Event()

    @sleepy.job(name="ring")
    async def ring() -> None:
        ran.set()

    async with sleepy.worker():
        await asleep(other)
        await sleepy.enqueue(ring)
        async with asyncio.timeout(5):
            await ran.wait()


async def test_a_worker_listens_again_after_its_connection_was_cut(sleepy: Soniq, other: Any) -> None:
    ran = asyncio.Event()

    @sleepy.job(name="ring")
    async def ring() -> None:
        ran.set()

    async with sleepy.worker():
        await asleep(other)
        [listener] = await listeners(other)
        await other.execute("select pg_terminate_backend($1)", listener)
        async with asyncio.timeout(10):
            while listener in (now := await listeners(other)) or not now:
                await other.execute("select pg_sleep(0.005)")
        await sleepy.enqueue(ring)
        async with asyncio.timeout(5):
            await ran.wait()


async def test_without_notify_a_worker_finds_jobs_by_looking(migrated_url: str, other: Any) -> None:
    ran = asyncio.Event()
    async with Soniq(migrated_url, notify="off", poll_interval=0.1) as app:

        @app.job(name="ring")
        async def ring() -> None:
            ran.set()

        async with app.worker():
            await app.enqueue(ring)
            async with asyncio.timeout(5):
                await ran.wait()
            assert await listeners(other) == []
            assert await other.fetchval("select count(*) from soniq.sleepers") == 0


async def test_a_busy_worker_needs_no_waking(sleepy: Soniq, other: Any) -> None:
    done = asyncio.Event()

    @sleepy.job(name="wait")
    async def wait() -> None:
        await done.wait()

    async with sleepy.worker():
        await asleep(other)
        await sleepy.enqueue(wait)
        await awake(other)
        done.set()


async def test_a_worker_that_heard_of_a_cut_and_is_busy_is_no_sleeper(app: Soniq, other: Any) -> None:
    sleeper = Sleeper(other, new_id(), "soniq", None, LONG)
    await sleeper.lie_down()
    sleeper.forget()

    async with asyncio.timeout(5):
        while await other.fetchval("select exists (select from soniq.sleepers where queues is distinct from '{}')"):
            await sleeper.stay_up()
            await other.execute("select pg_sleep(0.005)")


async def test_a_worker_asks_to_be_woken_for_its_queues_only(sleepy: Soniq, other: Any) -> None:
    async with sleepy.worker(queues=["mail", "billing"]):
        await asleep(other, ["mail", "billing"])


async def test_a_job_for_soon_is_run_when_it_is_due(sleepy: Soniq, other: Any) -> None:
    ran = asyncio.Event()

    @sleepy.job(name="ring")
    async def ring() -> None:
        ran.set()

    async with sleepy.worker():
        await asleep(other)
        await sleepy.schedule(ring, timedelta(seconds=0.3))
        async with asyncio.timeout(5):
            await ran.wait()


async def test_a_retry_is_run_when_it_is_due(sleepy: Soniq) -> None:
    ran = asyncio.Event()
    tries: list[int] = []

    @sleepy.job(name="twice", retry_delay=0.3)
    async def twice() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        ran.set()

    async with sleepy.worker():
        await sleepy.enqueue(twice)
        async with asyncio.timeout(5):
            await ran.wait()


async def listeners(other: Any) -> list[int]:
    rows = await other.fetch(
        "select pid from pg_stat_activity where datname = current_database() and query like 'LISTEN %'"
    )
    return [row["pid"] for row in rows]
