"""Workers keep the limits of keys and queues, and start what waits for them as soon as it may (rule 12)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from soniq import Soniq, task_ref
from tests.chaos.look import Looking, find, wait_until

PROGRAM = Path(__file__).parent / "limited_worker.py"
SHARED, HOLD = task_ref(name="shared"), task_ref(name="hold")
RUNS = """
create table runs (
    job_id uuid, key text, pid integer, began timestamptz default clock_timestamp(), ended timestamptz
)
"""
AT_ONCE = """
select max(beside) from (
    select count(*) as beside
    from runs as one
    join runs as another on another.key = one.key and another.began <= one.began and another.ended > one.began
    group by one.job_id
) as counted
"""
ASLEEP = "select count(*) from soniq.sleepers where queues is distinct from '{}'"
LEFT = "select count(*) from soniq.jobs"
SOON = 10  # seconds; the workers of these tests look by themselves once a minute


@contextmanager
def worker(url: str, concurrency: int) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, str(PROGRAM), url, str(concurrency)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def looking(migrated_url: str) -> Iterator[Looking]:
    """Connect beside the workers."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(RUNS)
        yield connection


@pytest.mark.parametrize("limit", [1, 3])
async def test_four_workers_that_race_for_three_keys_never_run_more_of_one_than_its_limit(
    app: Soniq, migrated_url: str, looking: Looking, limit: int
) -> None:
    for number in range(300):
        key = f"key:{number % 3}"
        await app.enqueue(SHARED, args={"key": key}, concurrency_key=key, concurrency=limit)

    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(worker(migrated_url, 4))
        wait_until(looking, lambda: find(looking, LEFT) == 0, 60)

    assert find(looking, "select count(distinct job_id) from runs where ended is not null") == 300
    assert find(looking, "select count(distinct pid) from runs") > 1
    assert 1 <= find(looking, AT_ONCE) <= limit


async def test_different_keys_run_beside_each_other(app: Soniq, migrated_url: str, looking: Looking) -> None:
    for number in range(8):
        await app.enqueue(SHARED, args={"key": "any", "seconds": 0.5}, concurrency_key=f"key:{number}")

    with worker(migrated_url, 4), worker(migrated_url, 4):
        wait_until(looking, lambda: find(looking, LEFT) == 0, 30)

    assert find(looking, AT_ONCE) > 1


async def test_four_workers_never_run_more_of_a_queue_than_its_limit(
    app: Soniq, migrated_url: str, looking: Looking
) -> None:
    await app.limit_queue("default", 2)
    for number in range(200):
        key = None if number % 2 else f"key:{number % 6}"
        await app.enqueue(SHARED, args={"key": "the queue"}, concurrency_key=key)

    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(worker(migrated_url, 4))
        wait_until(looking, lambda: find(looking, LEFT) == 0, 60)

    assert find(looking, "select count(distinct job_id) from runs") == 200
    assert 1 <= find(looking, AT_ONCE) <= 2


async def test_the_key_of_a_killed_worker_is_free_once_its_job_is_rescued(
    app: Soniq, migrated_url: str, looking: Looking
) -> None:
    await app.enqueue(HOLD, concurrency_key="k")
    with worker(migrated_url, 4) as victim:
        wait_until(looking, lambda: find(looking, "select pid from runs") == victim.pid)
        await app.enqueue(SHARED, args={"key": "k"}, concurrency_key="k")
        os.kill(victim.pid, signal.SIGKILL)

        with worker(migrated_url, 4) as survivor:
            wait_until(looking, lambda: find(looking, LEFT) == 0, 30)

    pids = looking.execute("select key, pid from runs order by began").fetchall()
    assert pids[0] == ("hold", victim.pid)
    assert sorted(pids[1:]) == [("hold", survivor.pid), ("k", survivor.pid)]


class Turns:
    """Handlers that begin, and end when they are told."""

    def __init__(self, app: Soniq) -> None:
        self.began, self.go = asyncio.Queue[str](), asyncio.Event()
        app.job(name="first", concurrency_key="k")(self.first)
        app.job(name="second", concurrency_key="k")(self.second)

    async def first(self) -> None:
        self.began.put_nowait("first")
        await self.go.wait()

    async def second(self) -> None:
        self.began.put_nowait("second")

    async def next(self) -> str:
        async with asyncio.timeout(SOON):
            return await self.began.get()


@pytest.fixture
async def patient(migrated_url: str) -> Any:
    """Open an app whose workers hardly look by themselves."""
    async with Soniq(migrated_url, poll_interval=60, sweep_interval=60) as opened:
        yield opened


async def all_asleep(other: Any, workers: int) -> None:
    async with asyncio.timeout(SOON):
        while await other.fetchval(ASLEEP) != workers:
            await other.execute("select pg_sleep(0.005)")


async def test_the_worker_that_settles_starts_the_next_of_the_key(patient: Soniq, other: Any) -> None:
    turns = Turns(patient)
    async with patient.worker(concurrency=3):
        await patient.enqueue("first")
        assert await turns.next() == "first"
        await patient.enqueue("second")
        await all_asleep(other, 1)

        turns.go.set()
        assert await turns.next() == "second"


async def test_a_worker_that_sleeps_on_another_queue_is_woken_when_the_key_is_free(patient: Soniq, other: Any) -> None:
    turns = Turns(patient)
    async with patient.worker(queues=["a"]), patient.worker(queues=["b"]):
        await patient.enqueue("first", queue="a")
        assert await turns.next() == "first"
        await patient.enqueue("second", queue="b")
        await all_asleep(other, 2)

        turns.go.set()
        assert await turns.next() == "second"


async def test_a_job_that_commits_after_its_key_was_freed_does_not_wait_for_ever(app: Soniq, other: Any) -> None:
    turns = Turns(app)
    async with app.worker(concurrency=1):
        first = await app.enqueue("first")
        assert await turns.next() == "first"
        await all_asleep(other, 0)  # the enqueue that follows wakes nobody
        async with app.transaction() as connection:
            await app.enqueue("second", connection=connection)
            turns.go.set()
            await app.wait(first, timeout=SOON)
            await all_asleep(other, 1)

        assert await turns.next() == "second"


async def test_a_higher_limit_of_a_queue_starts_what_waits(patient: Soniq) -> None:
    turns = Turns(patient)
    await patient.limit_queue("default", 1)
    async with patient.worker(concurrency=3):
        await patient.enqueue("first")
        assert await turns.next() == "first"
        await patient.enqueue("second", concurrency_key="another")

        await patient.limit_queue("default", 2)
        assert await turns.next() == "second"
        turns.go.set()


async def test_keyed_jobs_come_to_their_turn_beside_a_backlog_of_others(app: Soniq) -> None:
    order = list[str]()

    @app.job(name="plain")
    async def plain() -> None:
        order.append("plain")

    @app.job(name="keyed", concurrency=1)
    async def keyed() -> None:
        order.append("keyed")

    await app.enqueue_many(plain, [{}] * 2000)
    await app.enqueue_many(keyed, [{}] * 5)
    await app.run_worker(run_once=True, concurrency=2)

    assert order.index("keyed") < 1000
    assert len(order) == 2005


async def test_run_once_walks_through_more_keys_than_one_claim_looks_at(app: Soniq) -> None:
    @app.job(name="keyed")
    async def keyed() -> None: ...

    for number in range(600):
        await app.enqueue(keyed, concurrency_key=f"key:{number}") if number % 2 else None
    await app.enqueue_many(keyed, [{}] * 50, concurrency_key="one")

    assert await app.run_worker(run_once=True, concurrency=20) == 350


async def test_jobs_whose_worker_died_are_held_one_at_a_time_also_with_keys(app: Soniq, other: Any) -> None:
    most = list[int]()

    @app.job(name="suspect")
    async def suspect() -> None:
        async with app.backend.acquire() as connection:
            most.append(await connection.fetchval("select count(*) from soniq.jobs where state = 'processing'"))

    for number in range(5):
        await app.enqueue(suspect, concurrency_key=f"key:{number}")
    await other.execute("update soniq.jobs set crashes = 1")

    assert await app.run_worker(run_once=True, concurrency=5) == 5
    assert most == [1] * 5
