"""A sweep does not trust its own young session (rule 3), and keeps days ahead in the history (rule 10)."""

import asyncio
import time
from typing import Any

import pytest

from soniq.claim.suspicion import APART_IN_YOUNG_SESSION
from soniq.identity import new_id
from soniq.watch import lost
from soniq.worker.sweep import Sweep
from tests.worker.conftest import Parts

ENTER = """
insert into soniq.workers (id, lock_key, host, pid, concurrency, beat_at)
values ($1, nextval('soniq.worker_lock_keys'), 'ada', 42, 4, now())
"""
KEYS = """
insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts)
values ('00000000-0000-7000-8000-000000000001', 't', 'default', 1, '{}', 'ready', now(), 1);
insert into soniq.job_history (id, task, queue, priority, args, state, created_at, attempt, max_attempts, errors)
values ('00000000-0000-7000-8000-000000000002', 't', 'default', 1, '{}', 'done', now(), 1, 1, '[]');
insert into soniq.unique_jobs (task, key, job_id, statuses, period)
values
    ('t', 'a', gen_random_uuid(), '{queued}', null),
    ('t', 'b', gen_random_uuid(), '{queued,processing,done}', '1 hour'),
    ('t', 'done', '00000000-0000-7000-8000-000000000002', '{queued,done}', '1 hour'),
    ('t', 'locked', gen_random_uuid(), '{queued}', null),
    ('t', 'queued', '00000000-0000-7000-8000-000000000001', '{queued}', null),
    ('t', 'spent', '00000000-0000-7000-8000-000000000002', '{queued}', null);
"""
HELD = "select key from soniq.unique_jobs order by key"
DAYS = "select inhrelid::regclass::text as day from pg_inherits where inhparent = 'soniq.job_history'::regclass"


async def test_a_young_session_takes_no_free_lock_for_death_before_five_seconds(parts: Parts, other: Any) -> None:
    await other.execute(ENTER, new_id())
    began = time.monotonic()
    sweep = Sweep(parts.line, parts.profile, lambda: None)

    async with asyncio.timeout(20):
        while await other.fetchval("select count(*) from soniq.workers"):
            await sweep.look()
            await other.execute("select pg_sleep(0.1)")

    assert time.monotonic() - began > APART_IN_YOUNG_SESSION


async def test_a_sweep_forgets_the_keys_that_no_job_holds_and_no_others(
    parts: Parts, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost, "BATCH_KEYS", 2)
    monkeypatch.setattr(lost, "BATCHES", 2)
    await other.execute(KEYS)
    async with other.transaction():
        await other.execute("select 1 from soniq.unique_jobs where key = 'locked' for update")
        keys = lost.SpentKeys()
        await keys.forget(parts.line, "soniq")
        after_one = await other.fetch(HELD)
        await keys.forget(parts.line, "soniq")

        assert after_one == [("done",), ("locked",), ("queued",), ("spent",)]
        assert await other.fetch(HELD) == [("done",), ("locked",), ("queued",)]
    await Sweep(parts.line, parts.profile, lambda: None).look()

    assert await other.fetch(HELD) == [("done",), ("queued",)]


async def test_a_sweep_makes_the_days_that_the_history_lacks(parts: Parts, other: Any) -> None:
    before = {row["day"] for row in await other.fetch(DAYS)}
    for day in sorted(before)[-3:]:
        await other.execute(f"drop table {day}")

    await Sweep(parts.line, parts.profile, lambda: None).look()

    assert {row["day"] for row in await other.fetch(DAYS)} == before
    assert len(before) > 3
