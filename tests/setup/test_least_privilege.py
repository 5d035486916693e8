"""Each kind of access is enough for its work and for nothing else (rule 17)."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from soniq import Soniq
from soniq.errors import PermissionDenied
from soniq.sql import load_stage
from soniq.sql.migrate import newest
from tests.setup.roles import new_role

GRANTED = ["producer", "viewer", "worker"]
STAGES = [
    "enqueue",
    "unique",
    "inspect",
    "claim",
    "settle",
    "workers",
    "limits",
    "dead_letter",
    "control",
    "wait",
    "progress",
    "schedule",
    "doctor",
]
CANCELS = ["cancel", "cancel_loose"]  # by a function, which writes
LEADS = {"lead", "step_down"}
FREELY = {("unique", "claim"), ("unique", "holder"), ("control", "cancel"), ("wait", "going_on")}
STATEMENTS = [(stage, name) for stage in STAGES for name in load_stage(stage)]
WRITES = re.compile(r"\b(insert|update|delete)\b|\bsoniq\.wake\(")
DAYS = "select inhrelid::regclass::text from pg_inherits where inhparent = 'soniq.job_history'::regclass"
LogIn = Callable[[str], Awaitable[str]]


@pytest.fixture
async def log_in(database_url: str) -> AsyncIterator[LogIn]:
    """Give a function that grants an access and returns its URL, where functions are not everybody's to call."""
    admin = await asyncpg.connect(database_url)
    await admin.execute("alter default privileges revoke execute on functions from public")
    with new_role(database_url) as (role, url):

        async def grant(access: str) -> str:
            async with Soniq(database_url) as app:
                await app.setup({role: access} if access else {})
            return url

        yield grant
    await admin.close()


@pytest.mark.parametrize("access", GRANTED)
async def test_a_role_may_run_the_statements_of_its_work_and_no_others(log_in: LogIn, access: str) -> None:
    connection = await asyncpg.connect(await log_in(access))

    ran = {(stage, name): await _may(connection, load_stage(stage)[name]) for stage, name in STATEMENTS}

    await connection.close()
    assert ran == {(stage, name): _should(access, stage, name) for stage, name in STATEMENTS}


def _should(access: str, stage: str, name: str) -> bool:
    text = re.sub(r"--.*", "", load_stage(stage)[name])
    if access == "producer":
        schedules = stage == "schedule" and name not in LEADS
        freely = stage == "enqueue" or (stage, name) in FREELY
        return freely or schedules or _asks_the_server(stage, text)
    if access == "viewer" and (stage == "wait" or name in CANCELS):
        return stage == "wait"  # who reads may wait, and leaves no trace
    return access == "worker" or not WRITES.search(text)


def _asks_the_server(stage: str, text: str) -> bool:
    return stage == "doctor" and "from soniq." not in text


async def _may(connection: Any, statement: str) -> bool:
    """Run it without values: Postgres looks at the rights first."""
    undo = connection.transaction()
    await undo.start()
    try:
        prepared = await connection.prepare(statement)
        await prepared.fetch(*[None] * len(prepared.get_parameters()))
    except asyncpg.InsufficientPrivilegeError:
        return False
    except (asyncpg.NotNullViolationError, asyncpg.DivisionByZeroError):  # the second says that a claim is lost
        return True
    finally:
        await undo.rollback()
    return True


async def test_a_worker_may_run_jobs_that_succeed_and_fail_and_die(log_in: LogIn, database_url: str) -> None:
    async with Soniq(await log_in("worker")) as app, asyncio.timeout(30):
        app.job(name="work", retries=1, retry_delay=0)(_work)
        await _drop_history_days(database_url)
        for fails in (0, 1, 2):
            await app.enqueue("work", args={"fails": fails})

        attempts = await app.run_worker(run_once=True)
        stats = await app.get_queue_stats()

    assert (attempts, stats.done, stats.dead_letter, stats.total) == (5, 2, 1, 3)


TRIED: dict[int, int] = {}


async def _work(fails: int) -> None:
    TRIED[fails] = TRIED.get(fails, 0) + 1
    if TRIED[fails] <= fails:
        raise ValueError("not yet")


async def _drop_history_days(url: str) -> None:
    """Let the worker make them anew: it does not own the table."""
    admin = await asyncpg.connect(url)
    for (day,) in await admin.fetch(DAYS):
        await admin.execute(f"drop table {day}")
    await admin.close()


async def test_a_viewer_reads_everything_and_writes_nothing(log_in: LogIn, database_url: str) -> None:
    url = await log_in("viewer")
    async with Soniq(database_url) as owner, Soniq(url) as viewer:
        owner.job(name="work")(_work)
        viewer.job(name="work")(_work)
        job_id = await owner.enqueue("work", fails=0)
        async with owner.worker() as worker:
            seen = await viewer.get_workers()

        with pytest.raises(PermissionError):
            await viewer.enqueue("work", fails=0)

        job, [listed] = await viewer.get_job(job_id), await viewer.list_jobs()
        assert [found.id for found in seen] == [worker.id]
        assert job == listed
        assert (await viewer.get_queue_stats()).total == 1


async def test_a_producer_enqueues_and_reads_no_arguments(log_in: LogIn, database_url: str) -> None:
    async with Soniq(await log_in("producer")) as producer, Soniq(database_url) as owner:
        producer.job(name="work")(_work)
        job_id = await producer.enqueue("work", fails=0)
        await producer.enqueue_many("work", [{"fails": 0}, {"fails": 0}])

        for read in (producer.get_job(job_id), producer.list_jobs(), producer.get_queue_stats()):
            with pytest.raises(PermissionDenied, match="permission denied for table"):
                await read
        async with producer.transaction() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("select args from soniq.jobs")

        assert (await owner.get_queue_stats()).queued == 3


async def test_a_schema_that_was_made_for_a_role_can_be_set_up_by_it(database_url: str) -> None:
    with new_role(database_url) as (role, url):
        admin = await asyncpg.connect(database_url)
        await admin.execute(f"create schema soniq authorization {role}")
        await admin.close()

        async with Soniq(url) as app:
            assert await app.setup() == newest()
            assert (await app.get_queue_stats()).total == 0


async def test_a_role_without_create_is_refused_the_schema(database_url: str) -> None:
    with new_role(database_url) as (_, url):
        with pytest.raises(PermissionDenied, match="permission denied for database"):
            await Soniq(url).setup()
        with pytest.raises(PermissionDenied, match="permission denied to create database"):
            await Soniq(f"{url}_missing").setup()


async def test_only_the_owner_upgrades_and_grants(app: Soniq, migrated_url: str) -> None:
    with new_role(migrated_url) as (role, url):
        await app.setup({role: "viewer"})
        with pytest.raises(PermissionDenied, match="make_history_days"):
            await Soniq(url).setup()

        await app.setup({role: "worker"})
        with pytest.raises(PermissionDenied, match="does not own the schema"):
            await Soniq(url).setup({"pg_monitor": "viewer"})
