"""A worker that is told to stop finishes what runs, hands back the rest, and spends no attempt for that."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import pytest

from soniq import Soniq
from soniq.run import deadline
from soniq.worker import Worker

ENTERING = """
select exists (
    select from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like '%soniq.workers%'
)"""

HELD_LOCKS = """
select count(*) from soniq.workers
join pg_locks on locktype = 'advisory' and objid = lock_key::oid and classid = hashtext('soniq.workers')::oid
and database = (select oid from pg_database where datname = current_database())"""


@pytest.fixture
async def brief(migrated_url: str) -> Any:
    """Open an app whose workers do not wait long for what runs."""
    async with Soniq(migrated_url, shutdown_timeout=0.2, heartbeat_interval=0.1, concurrency=1) as app:
        yield app


async def states(other: Any) -> list[tuple[str, int, int]]:
    rows = await other.fetch(
        "select state, attempt, jsonb_array_length(errors) from soniq.jobs order by created_at, id"
    )
    return [tuple(row) for row in rows]


async def beats(other: Any, state: str, number: int) -> None:
    """Wait for so many signs of life."""
    seen: set[Any] = set()
    async with asyncio.timeout(10):
        while len(seen) < number:
            seen.update(await other.fetch("select beat_at from soniq.workers where state = $1", state))
            await other.execute("select pg_sleep(0.01)")


async def test_what_runs_is_finished(app: Soniq, other: Any) -> None:
    running, finish = asyncio.Event(), asyncio.Event()

    @app.job(name="work")
    async def work() -> None:
        running.set()
        await finish.wait()

    await app.enqueue(work)
    stop = asyncio.Event()
    worker = asyncio.create_task(app.run_worker(shutdown_event=stop))
    await running.wait()
    stop.set()
    await asyncio.sleep(0)
    finish.set()

    assert await worker == 1
    assert await other.fetchval("select state from soniq.job_history") == "done"


async def test_what_does_not_finish_in_time_is_handed_back_unspent(brief: Soniq, other: Any) -> None:
    running, cancelled = asyncio.Event(), asyncio.Event()

    @brief.job(name="work")
    async def work() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    await brief.enqueue(work)
    async with brief.worker():
        await running.wait()

    assert cancelled.is_set()
    assert await states(other) == [("ready", 0, 0)]


async def test_what_was_claimed_ahead_is_handed_back_at_once(brief: Soniq, other: Any) -> None:
    running, finish = asyncio.Event(), asyncio.Event()

    @brief.job(name="work")
    async def work(number: int) -> None:
        if number == 20:
            running.set()
            await finish.wait()

    await brief.enqueue_many(work, [{"number": number} for number in range(200)])
    async with brief.worker():
        await running.wait()
        assert ("processing", 1, 0) in (await states(other))[21:]
        finish.set()
        finish.clear()

    assert {state for state, _, _ in await states(other)} <= {"ready"}
    assert {attempt for _, attempt, _ in await states(other)} <= {0}


async def test_a_thread_is_waited_for_beyond_the_time_out(brief: Soniq, other: Any) -> None:
    running, finish, stop = asyncio.Event(), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    @brief.job(name="work")
    def work() -> None:
        loop.call_soon_threadsafe(running.set)
        finish.wait()

    await brief.enqueue(work)
    worker = asyncio.create_task(brief.run_worker(shutdown_event=stop))
    await running.wait()
    stop.set()
    await beats(other, "stopping", 5)
    assert await states(other) == [("processing", 1, 0)]
    finish.set()
    await worker

    assert await other.fetchval("select attempt from soniq.job_history where state = 'done'") == 1


async def test_a_thread_is_given_up_after_its_grace(migrated_url: str, other: Any) -> None:
    running, finish, stop = asyncio.Event(), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async with Soniq(migrated_url, shutdown_timeout=0, sync_handler_grace_seconds=0.01) as app:

        @app.job(name="work")
        def work() -> None:
            loop.call_soon_threadsafe(running.set)
            finish.wait()

        await app.enqueue(work)
        worker = asyncio.create_task(app.run_worker(shutdown_event=stop))
        await running.wait()
        stop.set()
        assert await asyncio.wait_for(worker, 10) == 1

        assert app.handlers_left == 1
        assert await states(other) == [("processing", 1, 0)]
        finish.set()


async def test_a_thread_that_is_given_up_keeps_its_claim_until_it_has_ended(brief: Soniq, other: Any) -> None:
    running, finish = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    @brief.job(name="work")
    def work() -> None:
        loop.call_soon_threadsafe(running.set)
        finish.wait()

    await brief.enqueue(work)
    worker = asyncio.create_task(brief.run_worker())
    await running.wait()
    worker.cancel()
    await asyncio.wait([worker])
    await beats(other, "stopping", 5)
    assert (brief.handlers_left, await other.fetchval(HELD_LOCKS)) == (1, 1)
    finish.set()
    while await other.fetchval(HELD_LOCKS):
        await other.execute("select pg_sleep(0.01)")

    assert (brief.handlers_left, await states(other)) == (0, [("processing", 1, 0)])
    assert await other.fetchval("select count(*) from soniq.workers") == 1


async def test_giving_up_waits_for_nothing(app: Soniq, other: Any) -> None:
    running, stop = asyncio.Event(), asyncio.Event()

    @app.job(name="work")
    async def work() -> None:
        running.set()
        await asyncio.Event().wait()

    await app.enqueue(work)
    worker = Worker(await app.opened(), app.settings, app.registry, app, queues=None, concurrency=1)
    task = asyncio.create_task(worker.run(stop))
    await running.wait()
    stop.set()
    worker.give_up()

    async with asyncio.timeout(5):
        await task
    assert await states(other) == [("ready", 0, 0)]


async def test_cancelling_the_run_hands_back_what_it_held(app: Soniq, other: Any) -> None:
    running = asyncio.Event()

    @app.job(name="work")
    async def work() -> None:
        running.set()
        await asyncio.Event().wait()

    await app.enqueue(work)
    worker = asyncio.create_task(app.run_worker(shutdown_event=asyncio.Event()))
    await running.wait()
    worker.cancel()

    with pytest.raises(asyncio.CancelledError):
        await worker
    assert await states(other) == [("ready", 0, 0)]
    assert await other.fetchval("select count(*) from soniq.workers") == 0


async def test_cancelling_the_run_while_it_starts_takes_the_worker_out(app: Soniq, other: Any) -> None:
    async with app.backend.acquire() as locker:
        in_the_way = locker.transaction()
        await in_the_way.start()
        await locker.execute("lock table soniq.workers")
        worker = asyncio.create_task(app.run_worker(shutdown_event=asyncio.Event()))
        async with asyncio.timeout(10):
            while not await other.fetchval(ENTERING):
                await other.execute("select pg_sleep(0.005)")
        worker.cancel()
        await asyncio.sleep(0)
        await in_the_way.rollback()

    with pytest.raises(asyncio.CancelledError):
        await worker
    assert await other.fetchval("select count(*) from soniq.workers") == 0


async def test_a_handler_that_will_not_be_cancelled_does_not_hold_up_the_worker(
    brief: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "UNWILLING_SECONDS", 0.1)
    running, finish = asyncio.Event(), asyncio.Event()

    @brief.job(name="stubborn")
    async def stubborn() -> None:
        running.set()
        while not finish.is_set():
            with suppress(asyncio.CancelledError):
                await finish.wait()

    await brief.enqueue(stubborn)
    async with brief.worker():
        await running.wait()
    await beats(other, "stopping", 5)

    assert (await states(other), await other.fetchval(HELD_LOCKS)) == ([("processing", 1, 0)], 1)
    finish.set()
    while await other.fetchval(HELD_LOCKS):
        await other.execute("select pg_sleep(0.01)")


async def test_cancelling_the_run_again_while_it_stops_leaves_nothing_behind(app: Soniq, other: Any) -> None:
    running, slow = asyncio.Event(), asyncio.Event()

    @app.job(name="work")
    async def work() -> None:
        try:
            running.set()
            await asyncio.Event().wait()
        finally:
            await slow.wait()

    await app.enqueue(work)
    worker = asyncio.create_task(app.run_worker(shutdown_event=asyncio.Event()))
    await running.wait()
    for _ in range(2):
        worker.cancel()
        await beats(other, "stopping", 1)
    slow.set()
    await asyncio.wait([worker])

    assert (worker.cancelled(), await states(other)) == (True, [("ready", 0, 0)])
    assert await other.fetchval("select count(*) from soniq.workers") == 0


async def test_two_workers_of_one_app_share_the_jobs(app: Soniq, other: Any) -> None:
    ran: list[int] = []

    @app.job(name="note")
    async def note(number: int) -> None:
        ran.append(number)

    async with app.worker(concurrency=2), app.worker(concurrency=2):
        assert await other.fetchval("select count(*) from soniq.workers") == 2
        await app.enqueue_many(note, [{"number": number} for number in range(300)])
        async with asyncio.timeout(10):
            while await other.fetchval("select count(*) from soniq.jobs"):
                await other.execute("select pg_sleep(0.005)")

    assert sorted(ran) == list(range(300))
