"""Old days of the history go while others read and write it, whatever interrupted the last time (rule 10)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from soniq import Soniq
from soniq.errors import OptionInvalid, PermissionDenied
from soniq.watch import history
from tests.setup.roles import new_role

TODAY = datetime.now(UTC).date()
ATTACH = """
create table soniq.job_history_{0:%Y%m%d} (like soniq.job_history including all);
alter table soniq.job_history attach partition soniq.job_history_{0:%Y%m%d} for values from ('{0}') to ('{1}');
insert into soniq.job_history (
    id, task, queue, priority, args, state, created_at, finished_at, attempt, max_attempts, errors
) values (gen_random_uuid(), 'mail', 'default', 100, '{{}}', 'done', '{0}', '{0}', 1, 1, '[]');
"""
TABLES = "select to_date(right(relname, 8), 'YYYYMMDD') from pg_class where relname ~ '^job_history_[0-9]{8}$'"
DETACH = "alter table soniq.job_history detach partition soniq.job_history_{0:%Y%m%d} concurrently"
PENDING = "select count(*) from pg_inherits where inhdetachpending"
DONE = "select exists (select from soniq.job_history where id = $1)"
OLD = [TODAY - timedelta(days=age) for age in (40, 32, 31)]
KEPT = TODAY - timedelta(days=30)


@pytest.fixture
async def old(app: Soniq, other: Any) -> None:
    """Give the history three days that may go, and one that may not."""
    for day in (*OLD, KEPT):
        await other.execute(ATTACH.format(day, day + timedelta(days=1)))


@pytest.fixture
async def reader(migrated_url: str, old: None) -> AsyncIterator[Any]:
    """Read the history in a transaction that stays open until the test, or its end, closes the connection."""
    connection = await asyncpg.connect(migrated_url)
    await connection.execute("begin isolation level repeatable read")
    assert await connection.fetchval("select count(*) from soniq.job_history") == 4
    yield connection
    await connection.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a lock no longer than a moment."""
    monkeypatch.setattr(history, "PATIENCE", "100ms")
    monkeypatch.setattr(history, "HURRY", "100ms")
    monkeypatch.setitem(history.SESSION, "lock_timeout", "100ms")


async def days(connection: Any) -> set[date]:
    return {day for (day,) in await connection.fetch(TABLES) if day < TODAY}


async def test_days_that_ended_long_ago_are_dropped(app: Soniq, other: Any, old: None) -> None:
    to_go = await app.prune_history(dry_run=True)
    pruned, again = await app.prune_history(), await app.prune_history()

    assert (to_go.dropped, to_go.left) == ((), tuple(OLD))
    assert (pruned.dropped, pruned.left) == (tuple(OLD), ())
    assert (again.dropped, again.left) == ((), ())
    assert await days(other) == {KEPT}
    assert (await app.get_queue_stats()).done == 1


async def test_zero_days_keep_the_history_for_ever(migrated_url: str, other: Any, old: None) -> None:
    async with Soniq(migrated_url, history_days=0) as keeper:
        assert (await keeper.prune_history()).dropped == ()
        assert (await keeper.prune_history(31)).dropped == tuple(OLD[:2])
        for wrong in (0, -1, 1.5, "7", True):
            with pytest.raises(OptionInvalid):
                await keeper.prune_history(wrong)  # type: ignore[arg-type]  # that is the point

    assert await days(other) == {OLD[2], KEPT}


async def test_while_a_reader_stands_in_the_way_nobody_else_waits(app: Soniq, other: Any, reader: Any) -> None:
    app.job(name="hello")(_hello)
    pruning = asyncio.create_task(app.prune_history())

    async with asyncio.timeout(20):
        while not await other.fetchval(PENDING):
            await other.execute("select pg_sleep(0.005)")
        await other.execute("set lock_timeout = '100ms'")
        await app.enqueue("hello")
        assert await app.run_worker(run_once=True) == 1
        assert (await app.get_queue_stats()).done == 4  # its day is gone for who looks now
        assert await other.fetchval("select soniq.make_history_days(9)") > 0
        assert not pruning.done()
        await reader.close()

        assert (await pruning).dropped == tuple(OLD)
    assert await days(other) == {KEPT}


async def test_a_detach_that_was_interrupted_is_brought_to_its_end(
    app: Soniq, other: Any, reader: Any, hasty: None
) -> None:
    interrupted, in_vain = await app.prune_history(), await app.prune_history()
    pending = await other.fetchval(PENDING)
    await reader.close()
    pruned = await app.prune_history()

    assert (interrupted.dropped, interrupted.left) == (in_vain.dropped, in_vain.left) == ((), tuple(OLD))
    assert pending == 1
    assert pruned.dropped == tuple(OLD)
    assert await days(other) == {KEPT}


async def test_a_day_that_was_detached_and_not_dropped_is_dropped(app: Soniq, other: Any, old: None) -> None:
    await other.execute(f"comment on table soniq.job_history_{OLD[0]:%Y%m%d} is 'to be dropped'")
    for day in OLD[:2]:
        await other.execute(DETACH.format(day))  # the second by somebody who keeps it

    pruned = await app.prune_history()

    assert pruned.dropped == (OLD[0], OLD[2])
    assert await days(other) == {OLD[1], KEPT}


async def test_a_detach_that_somebody_else_left_is_finished_and_the_day_kept(
    app: Soniq, other: Any, reader: Any, hasty: None
) -> None:
    await other.execute("set lock_timeout = '100ms'")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await other.execute(DETACH.format(KEPT))
    await reader.close()

    pruned = await app.prune_history()

    assert (pruned.dropped, pruned.left, await other.fetchval(PENDING)) == (tuple(OLD), (), 0)
    assert await days(other) == {KEPT}


async def test_only_one_at_a_time_prunes(app: Soniq, migrated_url: str, other: Any, old: None) -> None:
    await other.execute("select pg_advisory_lock(hashtext('soniq.prune_history'))")

    assert (await app.prune_history()).left == tuple(OLD)
    await other.execute("select pg_advisory_unlock_all()")
    both = await asyncio.gather(app.prune_history(), app.prune_history())

    assert sorted(day for pruned in both for day in pruned.dropped) == OLD
    assert await days(other) == {KEPT}


async def test_a_worker_prunes_by_itself(app: Soniq, other: Any, old: None) -> None:
    async with app.worker(), asyncio.timeout(20):
        while await days(other) != {KEPT}:
            await other.execute("select pg_sleep(0.01)")


async def test_a_worker_that_does_not_own_the_tables_says_so_once_and_works(
    app: Soniq, migrated_url: str, other: Any, old: None, caplog: pytest.LogCaptureFixture
) -> None:
    with new_role(migrated_url) as (role, url), caplog.at_level(logging.WARNING, "soniq"):
        await app.setup({role: "worker"})
        async with Soniq(url) as humble, asyncio.timeout(20):
            humble.job(name="hello")(_hello)
            with pytest.raises(PermissionDenied, match="soniq prune"):
                await humble.prune_history()
            async with humble.worker():
                job_id = await humble.enqueue("hello")
                while "not pruned" not in caplog.text or not await other.fetchval(DONE, UUID(job_id)):
                    await other.execute("select pg_sleep(0.01)")

    [said] = caplog.messages
    assert said.startswith("history not pruned: 3 days of the history may go")
    assert await days(other) == {*OLD, KEPT}


async def test_a_worker_that_stops_while_it_prunes_leaves_it_to_the_next(app: Soniq, other: Any, reader: Any) -> None:
    async with app.worker(), asyncio.timeout(20):
        while not await other.fetchval(PENDING):
            await other.execute("select pg_sleep(0.005)")
    await reader.close()

    assert (await app.prune_history()).dropped == tuple(OLD)


async def _hello() -> None: ...
