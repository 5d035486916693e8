"""A worker's signs of life come whatever its handlers do; one that was cut off trusts nothing it holds (rule 3)."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import psycopg

from soniq import Soniq
from soniq.worker.pulse import Pulse

DONE = "select count(*) from soniq.job_history"
READY = "select count(*) from soniq.jobs where state = 'ready'"
BEAT = "select beat_at from soniq.workers"


async def test_a_handler_that_blocks_the_loop_does_not_stop_the_heart(app: Soniq, migrated_url: str) -> None:
    beats: list[Any] = []

    @app.job(name="block")
    async def block() -> None:
        with psycopg.connect(migrated_url, autocommit=True) as connection:  # on purpose: the loop stands still
            ends = time.monotonic() + 10
            while len(set(beats)) < 3 and time.monotonic() < ends:
                beats.extend(connection.execute(BEAT).fetchall())
                connection.execute("select pg_sleep(0.02)")

    await app.enqueue(block)
    await app.run_worker(run_once=True)

    assert len(set(beats)) == 3


async def test_the_lock_is_held_while_the_worker_lives(app: Soniq, other: Any) -> None:
    locks = (
        "select count(*) from soniq.workers join pg_locks on objid = lock_key::oid"
        " and classid = hashtext('soniq.workers')::oid and locktype = 'advisory'"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    async with app.worker():
        assert await other.fetchval(locks) == 1

    assert await other.fetchval(locks) == 0


def test_a_pulse_is_fresh_for_half_the_time_out() -> None:
    pulse = Pulse(timeout=30)
    now = time.monotonic()

    pulse.acknowledge(now - 14, datetime.now(UTC))
    assert pulse.fresh

    pulse.acknowledge(now - 16, datetime.now(UTC))
    assert not pulse.fresh


async def test_a_worker_that_was_cut_off_runs_nothing_of_what_it_holds(migrated_url: str, other: Any) -> None:
    ran: list[int] = []
    async with Soniq(migrated_url, heartbeat_timeout=1) as app, app.backend.acquire() as locker:
        cut_off = locker.transaction()

        @app.job(name="note")
        async def note(number: int) -> None:
            ran.append(number)
            if number == 20:  # from now on no beat arrives, and half of the time-out passes
                await cut_off.start()
                await locker.execute("lock table soniq.workers; select pg_sleep(0.6)")

        await app.enqueue_many(note, [{"number": number} for number in range(100)])
        async with app.worker(concurrency=1), asyncio.timeout(10):
            while await other.fetchval(DONE) < 21 or await other.fetchval(READY) < 79:
                await other.execute("select pg_sleep(0.01)")
            seen = list(ran)
            await cut_off.rollback()

    assert seen == list(range(21))
    assert await other.fetchval("select max(attempt) from soniq.job_history") == 1
