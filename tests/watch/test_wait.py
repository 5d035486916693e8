"""`app.wait` returns when the job has ended: told at once, never twice registered, and never for ever."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from soniq import Soniq
from soniq.errors import AppClosed, JobNotFound, OptionInvalid, WaitTimedOut
from soniq.identity import new_id
from soniq.sql import ENDED_CHANNEL
from soniq.watch import wait
from tests.setup.roles import new_role

WAITERS = "select count(*) from soniq.waiters"
NUMBER = "select last_value from soniq.awaited"


@pytest.fixture(autouse=True)
def tasks(app: Soniq) -> None:
    @app.job(name="double", retries=0)
    async def double(number: int) -> int:
        if number < 0:
            raise ValueError("negative")
        return 2 * number


async def waiting(other: Any, jobs: int) -> None:
    """Wait until so many waits are registered."""
    async with asyncio.timeout(10):
        while await other.fetchval(WAITERS) != jobs:
            await other.execute("select pg_sleep(0.005)")


@pytest.mark.parametrize(("number", "status", "result"), [(7, "done", 14), (-1, "dead_letter", None)])
async def test_a_wait_returns_the_job_however_it_ended(app: Soniq, number: int, status: str, result: Any) -> None:
    async with app.worker():
        job = await app.wait(await app.enqueue("double", number=number), timeout=10)

    assert (job.status, job.result) == (status, result)


async def test_a_job_that_has_ended_is_returned_at_once(app: Soniq, other: Any) -> None:
    job_id = await app.enqueue("double", number=1)
    await app.run_worker(run_once=True)

    assert (await app.wait(job_id, timeout=0)).status == "done"
    assert await other.fetchval(WAITERS) == 0


async def test_the_waiter_is_told_and_does_not_have_to_look(
    app: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait, "POLL_SECONDS", 60)
    monkeypatch.setattr(wait, "SECOND_LOOK_SECONDS", 60)
    ids = await app.enqueue_many("double", [{"number": number} for number in range(50)])
    waits = [asyncio.create_task(app.wait(job_id, timeout=20)) for job_id in ids]
    await waiting(other, 50)

    await app.run_worker(run_once=True)

    assert [job.result for job in await asyncio.gather(*waits)] == [2 * number for number in range(50)]


async def test_a_cancelled_job_is_told_too(app: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "POLL_SECONDS", 60)
    monkeypatch.setattr(wait, "SECOND_LOOK_SECONDS", 60)
    job_id = await app.enqueue("double", number=1)
    waits = [asyncio.create_task(app.wait(job_id, timeout=20)) for _ in range(2)]
    await waiting(other, 1)

    await app.cancel_job(job_id)

    assert [job.status for job in await asyncio.gather(*waits)] == ["cancelled", "cancelled"]


async def test_nobody_is_notified_where_nobody_waits(app: Soniq, other: Any) -> None:
    heard: list[str] = []
    awaited, other_id = await app.enqueue_many("double", [{"number": 1}, {"number": 2}])
    await other.add_listener(ENDED_CHANNEL, lambda *said: heard.append(said[-1]))
    task = asyncio.create_task(app.wait(awaited, timeout=10))
    await waiting(other, 1)
    assert await other.fetchval(NUMBER) == 1

    await app.run_worker(run_once=True)
    await task
    await waiting(other, 0)

    assert heard == [awaited]
    assert other_id not in heard
    assert await other.fetchval(NUMBER) == 0


async def test_a_wait_ends_with_its_time(app: Soniq, other: Any) -> None:
    job_id = await app.enqueue("double", number=1)

    with pytest.raises(WaitTimedOut, match=r"was queued and has not ended within 0\.05 s") as late:
        await app.wait(job_id, timeout=timedelta(seconds=0.05))

    assert isinstance(late.value, TimeoutError)
    await waiting(other, 0)


async def test_an_unknown_id_is_refused_at_once_and_a_deleted_job_while_it_is_waited_for(
    app: Soniq, other: Any
) -> None:
    with pytest.raises(JobNotFound, match="no job has the id"):
        await app.wait(new_id())
    with pytest.raises(OptionInvalid, match="timeout"):
        await app.wait(new_id(), timeout=-1)
    job_id = await app.enqueue("double", number=1)
    task = asyncio.create_task(app.wait(job_id, timeout=10))
    await waiting(other, 1)

    await app.delete_job(job_id)

    with pytest.raises(JobNotFound):
        await task


async def test_without_notify_a_wait_looks_by_itself(migrated_url: str, app: Soniq, other: Any) -> None:
    job_id = await app.enqueue("double", number=1)
    async with Soniq(migrated_url, notify="off") as quiet:
        task = asyncio.create_task(quiet.wait(job_id, timeout=10))
        await app.run_worker(run_once=True)
        assert (await task).status == "done"

    assert await other.fetchval(WAITERS) == 0


async def test_a_wait_outlives_its_connection_and_the_servers_memory(
    app: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await app.enqueue("double", number=1)
    task = asyncio.create_task(app.wait(job_id, timeout=20))
    await waiting(other, 1)
    await other.execute("delete from soniq.waiters")
    await other.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = 'soniq'"
    )
    await waiting(other, 1)
    monkeypatch.setattr(wait, "POLL_SECONDS", 60)

    await app.run_worker(run_once=True)

    assert (await task).status == "done"


async def test_closing_the_app_ends_its_waits(migrated_url: str, app: Soniq, other: Any) -> None:
    job_id = await app.enqueue("double", number=1)
    async with Soniq(migrated_url) as closing:
        task = asyncio.create_task(closing.wait(job_id))
        await waiting(other, 1)

    with pytest.raises(AppClosed):
        await task
    assert await other.fetchval(WAITERS) == 0


async def test_a_worker_removes_the_waits_of_apps_that_are_gone(app: Soniq, other: Any) -> None:
    await other.execute("insert into soniq.waiters values ($1, $2, now() - interval '2 min')", new_id(), new_id())

    async with app.worker():
        await waiting(other, 0)


async def test_who_may_only_read_may_wait(app: Soniq, migrated_url: str) -> None:
    with new_role(migrated_url) as (role, url):
        await app.setup({role: "viewer"})
        job_id = await app.enqueue("double", number=1)
        async with Soniq(url) as viewer, app.worker():
            assert (await viewer.wait(job_id, timeout=10)).result == 2
