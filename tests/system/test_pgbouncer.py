"""Everything works behind PgBouncer in transaction mode; what cannot work there is replaced, and said."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest

from soniq import JobContext, Soniq, task_ref
from soniq.errors import SessionNeeded
from soniq.pool import PINNED
from soniq.sql.migrate import migrations
from soniq.watch.history import Pruned
from soniq.worker.line import STEADY_PLANS, open_session
from tests.chaos.look import Looking, find, wait_until
from tests.system.pgbouncer import pgbouncer

pytestmark = pytest.mark.system

KILLED_WORKER = Path(__file__).parents[1] / "chaos" / "killed_worker.py"
OURS = ",".join({**PINNED, **STEADY_PLANS})
LOCKS = "select count(*) from pg_locks where locktype = 'advisory' and classid = hashtext('soniq.workers')::oid"
RUNS = "create table runs (job_id uuid, attempt integer, pid integer, at timestamptz default clock_timestamp())"


@pytest.fixture(scope="module", params=["", OURS], ids=["refuses settings", "ignores settings"])
def port(request: pytest.FixtureRequest, server_url: str) -> Iterator[int]:
    """Start PgBouncer as Debian ships it, and as one that lets our settings pass unheard."""
    with pgbouncer(server_url, ignored=request.param) as listening:
        yield listening


@pytest.fixture
def pooled_url(port: int, migrated_url: str) -> str:
    return through(port, migrated_url)


@pytest.fixture
async def pooled(pooled_url: str) -> AsyncIterator[Soniq]:
    """Open an app through the pooler; its tasks add, and fail once."""
    async with Soniq(pooled_url, poll_interval=0.1) as app:

        @app.job(name="add")
        async def add(first: int, second: int) -> int:
            return first + second

        @app.job(name="again", retries=1)
        async def again(ctx: JobContext) -> None:
            if ctx.attempt == 1:
                raise ConnectionError("not yet")

        yield app


@asynccontextmanager
async def transaction_of(app: Soniq, whose: str) -> AsyncIterator[Any]:
    """Begin a transaction on a connection of the app's pool, or on the user's own."""
    if whose == "the app":
        async with app.transaction() as lent:
            yield lent
        return
    own = await asyncpg.connect(app.settings.database_url, statement_cache_size=0)
    try:
        async with own.transaction():
            yield own
    finally:
        await own.close()


@pytest.fixture
def looking(migrated_url: str) -> Iterator[Looking]:
    """Connect to the server itself, where killed workers say what they did."""
    with closing(psycopg.connect(migrated_url, autocommit=True)) as connection:
        connection.execute(RUNS)
        yield connection


def through(port: int, url: str) -> str:
    server, _, name = url.rpartition("/")
    return f"{server.rpartition(':')[0]}:{port}/{name}"


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


async def done(app: Soniq, jobs: int) -> None:
    async with asyncio.timeout(60):
        while (await app.get_queue_stats()).done < jobs:
            pass


async def test_setup_from_several_programs_at_once_makes_one_schema(port: int, database_url: str) -> None:
    apps = [Soniq(through(port, database_url)) for _ in range(4)]

    applied = await asyncio.gather(*(app.setup() for app in apps))

    assert sum(applied) == len(migrations())
    assert (await apps[0].get_queue_stats()).total == 0
    await asyncio.gather(*(app.close() for app in apps))


@pytest.mark.parametrize("whose", ["the app", "the user"])
async def test_a_job_joins_a_transaction(pooled: Soniq, whose: str) -> None:
    with suppress(LookupError):
        async with transaction_of(pooled, whose) as connection:
            await pooled.enqueue(task_ref(name="lost"), connection=connection)
            raise LookupError
    async with transaction_of(pooled, whose) as connection:
        await pooled.enqueue(task_ref(name="kept"), connection=connection)

    assert [job.job_name for job in await pooled.list_jobs()] == ["kept"]


async def test_workers_run_and_settle_each_job_once(pooled: Soniq) -> None:
    async with pooled.worker(), pooled.worker():
        await pooled.enqueue_many("add", [{"first": number, "second": 1} for number in range(200)])
        ids = await asyncio.gather(
            *(pooled.enqueue("add", args={"first": number, "second": 2}) for number in range(200))
        )
        await done(pooled, 400)

    ended = {job.id: job for job in await pooled.list_jobs(limit=400)}
    assert {job.attempts for job in ended.values()} == {1}
    assert [ended[job_id].result for job_id in ids] == list(range(2, 202))


async def test_a_job_that_fails_is_tried_again(pooled: Soniq) -> None:
    job_id = await pooled.enqueue("again")
    later = await pooled.schedule("add", 0.5, args={"first": 1, "second": 1})

    async with pooled.worker():
        await done(pooled, 2)

    for found, attempts in [(await pooled.get_job(job_id), 2), (await pooled.get_job(later), 1)]:
        assert found is not None
        assert (found.status, found.attempts) == ("done", attempts)


async def test_a_handlers_own_transaction_and_a_wait_for_its_end_work(pooled: Soniq, looking: Looking) -> None:
    @pooled.job(name="book")
    async def book(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute("insert into runs (job_id, attempt) values ($1::text::uuid, 1)", ctx.job_id)

    async with pooled.worker():
        job = await pooled.wait(await pooled.enqueue(book), timeout=20)

    assert job.status == "done"
    assert find(looking, "select count(*) from runs where job_id = %s", job.id) == 1
    assert find(looking, "select count(*) from soniq.waiters") == 0


async def test_a_worker_says_once_what_it_does_without(
    pooled: Soniq, looking: Looking, caplog: pytest.LogCaptureFixture
) -> None:
    async with pooled.worker():
        await pooled.enqueue("add", args={"first": 1, "second": 1})
        await done(pooled, 1)
        wakes_and_locks = [find(looking, query) for query in ("select count(*) from soniq.sleepers", LOCKS)]

    said = warnings(caplog)
    assert len(said) == 1, said
    assert "looks for jobs each 0.1 s instead of being woken" in said[0]
    assert wakes_and_locks == [0, 0]


async def test_statements_of_ours_have_the_sessions_settings(pooled: Soniq) -> None:
    pool = await pooled.opened()
    session = await open_session(pool)
    show = "select current_setting('timezone'), current_setting('lock_timeout'), current_setting('enable_seqscan')"

    rows = [tuple(row) for row in await session.fetch(show)]
    async with pool.inner() as inner, pooled.transaction() as lent:
        rows += [tuple(row) for lender in (inner, lent) for row in await lender.fetch(show)]

    await session.close()
    assert rows == [("UTC", "12s", "off"), ("UTC", "10s", "on"), ("UTC", "10s", "on")]


async def test_the_job_of_a_killed_worker_is_taken_over_by_heartbeat(pooled_url: str, looking: Looking) -> None:
    async with Soniq(pooled_url) as app:
        job_id = await app.enqueue(task_ref(name="block"))
    with worker(pooled_url) as survivor, worker(pooled_url):
        wait_until(looking, lambda: find(looking, "select count(*) from runs") == 1, 30)
        victim = find(looking, "select pid from runs")
        os.kill(victim, signal.SIGKILL)
        wait_until(looking, lambda: find(looking, "select count(*) from soniq.job_history") == 1, 30)

    rows = looking.execute("select attempt, pid = %s from runs order by at", (victim,)).fetchall()
    assert rows == [(1, True), (2, False)], survivor.pid
    assert find(looking, "select attempt from soniq.job_history where id = %s", job_id) == 2


@contextmanager
def worker(url: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker in a process of its own for the length of the block."""
    environment = os.environ | {"SONIQ_HEARTBEAT_TIMEOUT": "2", "SONIQ_POLL_INTERVAL": "0.1"}
    process = subprocess.Popen([sys.executable, str(KILLED_WORKER), url, "1"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_old_days_of_the_history_are_left_and_the_direct_way_is_named(pooled: Soniq, looking: Looking) -> None:
    assert await pooled.prune_history(7) == Pruned()
    looking.execute("create table soniq.job_history_20200101 (like soniq.job_history including all)")
    looking.execute(
        "alter table soniq.job_history attach partition soniq.job_history_20200101 "
        "for values from ('2020-01-01 00:00 UTC') to ('2020-01-02 00:00 UTC')"
    )

    with pytest.raises(SessionNeeded, match="leads to Postgres itself"):
        await pooled.prune_history(7)

    assert (await pooled.prune_history(7, dry_run=True)).left == (date(2020, 1, 1),)


async def test_the_doctor_sees_it(pooled: Soniq) -> None:
    [pooler] = [one for one in await pooled.doctor() if one.check == "pooler"]

    assert (pooler.level, "PgBouncer in transaction mode" in pooler.says) == ("note", True)
    assert "leads to Postgres itself" in pooler.advice


async def test_the_doctor_tells_a_pooler_that_keeps_sessions(migrated_url: str) -> None:
    with pgbouncer(migrated_url, mode="session") as port:
        async with Soniq(through(port, migrated_url)) as app:
            [pooler] = [one for one in await app.doctor() if one.check == "pooler"]

    assert (pooler.level, "seems to keep sessions whole" in pooler.says) == ("note", True)
