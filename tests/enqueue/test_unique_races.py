"""However many enqueue the same job at once, one job is written, and everybody gets its id (rule 7)."""

import asyncio
from typing import Any

import asyncpg
import pytest

from soniq import JobId, Soniq
from soniq.errors import UniqueBusy, UniqueConflict
from soniq.testing import drain

JOBS = "select count(*) from soniq.jobs"
BLOCKED = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def sync(customer_id: int) -> None: ...


async def until_blocked(other: Any, number: int) -> None:
    async with asyncio.timeout(10):
        while await other.fetchval(BLOCKED) < number:
            await other.execute("select pg_sleep(0.01)")


async def test_two_tasks_ask_at_once_and_one_of_each_ends_up_queued(app: Soniq, other: Any) -> None:
    app.job(name="sync", unique=True)(sync)
    async with asyncio.timeout(30):
        ids = await asyncio.gather(*(app.enqueue("sync", customer_id=number % 3) for number in range(60)))

    assert await other.fetchval(JOBS) == len(set(ids)) == 3
    assert sum(not one.duplicate for one in ids) == 3


async def race(url: str, rounds: int, clients: int) -> list[list[JobId]]:
    """Have that many connections enqueue the same job at once, a few times; the last winner has ended each time."""
    async with Soniq(url) as app:
        task = app.job(name="sync", unique=True)(sync)
        pool = await asyncpg.create_pool(url, min_size=clients, max_size=clients)
        results = []

        async def one(together: asyncio.Barrier) -> JobId:
            async with pool.acquire() as connection, connection.transaction():
                await together.wait()
                return await app.enqueue(task, connection=connection, customer_id=1)

        for _ in range(rounds):
            together = asyncio.Barrier(clients)
            results.append(await asyncio.gather(*(one(together) for _ in range(clients))))
            assert await app.cancel_job(results[-1][0])
        await pool.close()
        return results


async def test_of_many_connections_at_once_one_wins_whether_the_key_is_new_or_was_given_up(
    migrated_url: str, other: Any
) -> None:
    async with asyncio.timeout(60):
        results = await race(migrated_url, rounds=20, clients=8)

    assert [len(set(ids)) for ids in results] == [1] * 20
    assert [sum(not one.duplicate for one in ids) for ids in results] == [1] * 20
    assert await other.fetchval("select count(*) from soniq.job_history") == 20


@pytest.mark.parametrize("commits", [True, False])
async def test_the_loser_waits_for_the_end_of_the_winners_transaction(app: Soniq, other: Any, commits: bool) -> None:
    task = app.job(name="sync", unique=True)(sync)
    async with asyncio.timeout(20), app.backend.acquire() as connection:
        winners = connection.transaction()
        await winners.start()
        first = await app.enqueue(task, connection=connection, customer_id=1)
        losers = [asyncio.create_task(app.enqueue(task, connection=app.separate, customer_id=1)) for _ in range(2)]
        await until_blocked(other, 2)
        await (winners.commit() if commits else winners.rollback())
        second, third = await asyncio.gather(*losers)

    assert second == third
    assert (first == second) is commits
    assert {second.duplicate, third.duplicate} == ({True} if commits else {True, False})
    assert await other.fetchval(JOBS) == 1


async def test_waiting_losers_leave_connections_for_everybody_else(migrated_url: str, other: Any) -> None:
    async with Soniq(migrated_url, pool_min_size=1, pool_max_size=4) as app, asyncio.timeout(20):
        task = app.job(name="sync", unique=True)(sync)
        async with app.transaction() as connection:
            await app.enqueue(task, connection=connection, customer_id=1)
            losers = [asyncio.create_task(app.enqueue(task, connection=app.separate, customer_id=1)) for _ in range(9)]
            await until_blocked(other, 2)
            plain = await app.enqueue(task, unique=False, connection=app.separate, customer_id=1)

        assert len({*await asyncio.gather(*losers), plain}) == 2


async def test_who_waits_too_long_is_told_so_and_blocks_nobody(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True)(sync)
    async with app.transaction() as winner, app.backend.acquire() as loser:
        first = await app.enqueue(task, connection=winner, customer_id=1)
        await loser.execute("set lock_timeout = '50ms'")
        with pytest.raises(UniqueBusy) as refused:
            async with loser.transaction():
                await app.enqueue(task, connection=loser, customer_id=1)

    assert refused.value.code == "SONIQ_UNIQUE_BUSY"
    assert await app.enqueue(task, customer_id=1) == first


async def test_no_claim_settle_or_cancellation_waits_for_an_open_loser(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True)(sync)
    await app.enqueue(task, customer_id=1)
    second = await app.enqueue(task, customer_id=2)
    async with app.transaction() as loser, asyncio.timeout(20):
        assert (await app.enqueue(task, connection=loser, customer_id=1)).duplicate
        assert (await app.enqueue(task, connection=loser, customer_id=2)).duplicate

        assert await app.cancel_job(second)
        assert len(await drain(app)) == 1


async def test_opposite_orders_deadlock_and_one_is_told_to_begin_again(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True)(sync)
    together = asyncio.Barrier(2)

    async def both(order: list[int]) -> str:
        try:
            async with app.backend.acquire() as connection, connection.transaction():
                await connection.execute("set local deadlock_timeout = '50ms'")
                await app.enqueue(task, connection=connection, customer_id=order[0])
                await together.wait()
                await app.enqueue(task, connection=connection, customer_id=order[1])
        except UniqueConflict as error:
            return str(error.context["sqlstate"])
        return "committed"

    async with asyncio.timeout(20):
        assert sorted(await asyncio.gather(both([1, 2]), both([2, 1]))) == ["40P01", "committed"]

    assert await other.fetchval(JOBS) == 2


async def test_a_lost_answer_is_asked_again_and_the_job_is_the_callers_own(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True)(sync)
    async with app.transaction() as winner, asyncio.timeout(20):
        await app.enqueue(task, connection=winner, customer_id=1)
        loser = asyncio.create_task(app.enqueue(task, connection=app.separate, customer_id=1))
        await until_blocked(other, 1)
        await other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database()"
        )
        await until_blocked(other, 1)
        await winner.execute("delete from soniq.unique_jobs")
        await winner.execute("delete from soniq.jobs")

    assert not (await loser).duplicate
    assert await other.fetchval(JOBS) == 1
