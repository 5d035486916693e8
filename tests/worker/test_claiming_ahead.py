"""What a worker claims ahead does not lie with it while others could run it."""

import asyncio
from typing import Any

from soniq import Soniq

READY = "select count(*) from soniq.jobs where state = 'ready'"
HELD = "select count(*) from soniq.jobs where state = 'processing'"


async def test_jobs_claimed_ahead_are_handed_back_when_the_worker_is_suddenly_slow(app: Soniq, other: Any) -> None:
    slow = asyncio.Event()

    @app.job(name="work")
    async def work(number: int) -> None:
        if number >= 300:
            await slow.wait()

    await app.enqueue_many(work, [{"number": number} for number in range(500)])
    async with app.worker(concurrency=2):
        async with asyncio.timeout(15):
            while await other.fetchval(HELD) != 2 or await other.fetchval(READY) != 198:
                await other.execute("select pg_sleep(0.02)")
        assert await other.fetchval("select max(attempt) from soniq.jobs where state = 'ready'") == 0
        slow.set()
        async with asyncio.timeout(15):
            while await other.fetchval("select count(*) from soniq.jobs"):
                await other.execute("select pg_sleep(0.02)")


async def test_a_worker_with_long_jobs_claims_nothing_ahead(app: Soniq, other: Any) -> None:
    running, finish = asyncio.Event(), asyncio.Event()

    @app.job(name="work")
    async def work() -> None:
        running.set()
        await finish.wait()

    await app.enqueue_many(work, [{} for _ in range(20)])
    async with app.worker(concurrency=4):
        await running.wait()
        assert await other.fetchval(HELD) == 4
        finish.set()


async def test_no_queue_starves_beside_a_long_one(app: Soniq) -> None:
    ran: list[str] = []

    @app.job(name="note")
    async def note(queue: str) -> None:
        ran.append(queue)

    for queue, jobs in (("long", 1000), ("short", 5)):
        await app.enqueue_many("note", [{"queue": queue}] * jobs, queue=queue)

    await app.run_worker(run_once=True, concurrency=1)

    assert len(ran) == 1005
    assert ran.index("short") < 100


async def test_a_new_job_of_another_queue_is_found_by_a_busy_worker(app: Soniq, other: Any) -> None:
    found = asyncio.Event()

    @app.job(name="churn", queue="busy")
    async def churn() -> None:
        if not found.is_set():
            await app.enqueue("churn", args={})

    @app.job(name="ring", queue="rare")
    async def ring() -> None:
        found.set()

    await app.enqueue_many(churn, [{} for _ in range(50)])
    async with app.worker(concurrency=4):
        await app.enqueue(ring)
        async with asyncio.timeout(10):
            await found.wait()
