"""A sweep does not trust its own young session (rule 3), and keeps days ahead in the history (rule 10)."""

import asyncio
import time
from typing import Any

from soniq.claim.suspicion import APART_IN_YOUNG_SESSION
from soniq.identity import new_id
from soniq.worker.sweep import Sweep
from tests.worker.conftest import Parts

ENTER = """
insert into soniq.workers (id, lock_key, host, pid, concurrency, beat_at)
values ($1, nextval('soniq.worker_lock_keys'), 'ada', 42, 4, now())
"""
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


async def test_a_sweep_makes_the_days_that_the_history_lacks(parts: Parts, other: Any) -> None:
    before = {row["day"] for row in await other.fetch(DAYS)}
    for day in sorted(before)[-3:]:
        await other.execute(f"drop table {day}")

    await Sweep(parts.line, parts.profile, lambda: None).look()

    assert {row["day"] for row in await other.fetch(DAYS)} == before
    assert len(before) > 3
