"""What is claimed, when, and when not: beside a rescued job, while cut off, behind a backlog, before sleep."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from soniq import Soniq
from soniq.claim.take import TAKE_AFTER
from soniq.job import Claim
from soniq.sql import in_schema
from soniq.worker import sleeper
from tests.worker.conftest import Parts

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PUT = """
insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts, crashes)
select gen_random_uuid(), 'task', 'default', 100, '{}', $1, now(), 4, ($1 = 'rescued')::int
from generate_series(1, $2)
"""
STATE = "select count(*) from soniq.jobs where state = $1"
# A claim that walks over many rows that are gone takes longer than 10 ms; and it tells its text.
SLOW_AND_TELLING = """
create table told (query text);
create function tell() returns trigger language plpgsql as $$ begin
    perform pg_sleep(0.02);
    insert into told values (current_query());
    return null;
end $$;
create trigger tell before update on soniq.jobs for each statement execute function tell();
"""
# Committed with the sleeper's row: after the last look, and before anybody would be notified.
JUST_BEFORE_SLEEP = """
create function enqueue() returns trigger language plpgsql as $$ begin
    insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts)
    values (gen_random_uuid(), 'task', 'default', 100, '{}', 'ready', now(), 4);
    return new;
end $$;
create trigger enqueue before insert on soniq.sleepers for each row execute function enqueue();
"""


def claim(number: int, *, rescued: bool = False) -> Claim:
    return Claim(UUID(int=number), UUID(int=0), "task", "{}", "default", 100, 1, 4, NOW, None, NOW, rescued=rescued)


@asynccontextmanager
async def feeding(parts: Parts) -> AsyncIterator[None]:
    """Let the feed run for the length of the block."""
    running = asyncio.create_task(parts.feed.run())
    try:
        async with asyncio.timeout(5):
            yield
    finally:
        parts.feed.stop()
        await asyncio.wait([running])


async def until(other: Any, state: str, jobs: int) -> None:
    while await other.fetchval(STATE, state) != jobs:
        await other.execute("select pg_sleep(0.01)")


async def test_nothing_is_claimed_ahead_beside_a_rescued_job(parts: Parts) -> None:
    parts.slots.pace.learn(0.001)
    assert parts.slots.room() > 100

    parts.slots.put_rescued(claim(1, rescued=True))

    assert parts.slots.room() == 1


async def test_one_rescued_job_is_in_hand_at_a_time(parts: Parts, other: Any) -> None:
    await other.execute(PUT, "rescued", 2)

    for _ in range(3):
        parts.errands.everything_now()
        await parts.errands.run()

    assert (await other.fetchval(STATE, "processing"), parts.slots.held) == (1, 1)


async def test_a_worker_that_was_cut_off_drops_what_lies_claimed_though_no_slot_is_free(parts: Parts) -> None:
    parts.slots.put([claim(number) for number in range(5)])
    parts.pulse.acknowledge(time.monotonic() - 16, NOW)

    await parts.errands.run()

    assert set(parts.slots.ids()) == {UUID(int=0), UUID(int=1)}
    assert set(parts.outbox.ids()) == {UUID(int=2), UUID(int=3), UUID(int=4)}


async def test_a_worker_that_was_cut_off_claims_nothing_until_a_beat_has_arrived(parts: Parts, other: Any) -> None:
    parts.pulse.acknowledge(time.monotonic() - 16, NOW)
    await other.execute(PUT, "later", 1)

    async with feeding(parts):
        await until(other, "ready", 1)  # so it has looked
        await other.execute(PUT, "later", 1)
        parts.feed.heard("default")
        await until(other, "ready", 2)  # so its first look has ended
        assert await other.fetchval(STATE, "processing") == 0
        parts.pulse.acknowledge(time.monotonic(), NOW)
        parts.feed.heard("default")
        await until(other, "processing", 2)


async def test_claims_that_are_full_and_slow_start_where_the_last_one_ended(app: Soniq, other: Any) -> None:
    ran: list[int] = []

    @app.job(name="note")
    async def note(number: int) -> None:
        ran.append(number)

    await app.enqueue_many(note, [{"number": number} for number in range(200)])
    await other.execute(SLOW_AND_TELLING)

    await app.run_worker(run_once=True, concurrency=2)

    assert sorted(ran) == list(range(200))
    assert await other.fetchval("select count(*) from told where query = $1", in_schema(TAKE_AFTER, "soniq")) > 0


async def test_a_worker_that_lies_down_looks_once_more(
    parts: Parts, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sleeper, "FIRST_POLL", 60)  # by itself it would look again after 5 ms
    parts.feed.heard(None)
    await parts.bell.wait(0)  # the ring of that is heard
    await other.execute(JUST_BEFORE_SLEEP)

    async with feeding(parts):
        await until(other, "processing", 1)
