"""One backend that crashes takes every session with it: workers come back, and nobody is taken for dead."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
import pytest

from soniq import Soniq
from soniq.lab.servers import fresh_database, use_postgres

pytestmark = pytest.mark.xdist_group("server_crash")  # one process makes what they share

NEVER = 60  # seconds between looks that a test would notice


@pytest.fixture(scope="module")
def durable_url() -> Iterator[str]:
    """Start a server whose crash hurts nobody else."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the server's user may be another one
        with use_postgres(Path(folder), durable=True) as url:
            yield url


@pytest.fixture
async def app(durable_url: str) -> AsyncIterator[Soniq]:
    """Open an app on a database of that server."""
    url = fresh_database(durable_url, f"test_{uuid4().hex[:12]}")
    async with Soniq(url, pool_min_size=0, poll_interval=NEVER, shutdown_timeout=5) as opened:
        await opened.setup()
        yield opened


async def crash(url: str) -> None:
    """Kill one backend as the kernel would, and wait until the server has closed every session and is back."""
    victim, witness = [await asyncpg.connect(url) for _ in range(2)]
    closed = asyncio.Event()
    witness.add_termination_listener(lambda _: closed.set())
    os.kill(await victim.fetchval("select pg_backend_pid()"), signal.SIGKILL)
    async with asyncio.timeout(30):
        await closed.wait()
        while not await answers(url):
            continue


async def answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url)
        await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


async def until(url: str, query: str) -> None:
    """Look until it is so."""
    connection = await asyncpg.connect(url)
    async with asyncio.timeout(20):
        while not await connection.fetchval(query):
            await connection.execute("select pg_sleep(0.01)")
    await connection.close()


async def test_a_running_job_is_not_taken_away_and_is_settled_afterwards(app: Soniq) -> None:
    running, finish, url = asyncio.Event(), asyncio.Event(), app.settings.database_url or ""

    @app.job(name="work")
    async def work() -> None:
        running.set()
        await finish.wait()

    job_id = await app.enqueue(work)
    async with app.worker(), app.worker():
        await running.wait()
        await crash(url)
        await until(url, "select count(*) = 2 and min(generation) = 2 from soniq.workers")
        finish.set()
        await until(url, "select count(*) = 1 from soniq.job_history")

    job = await app.get_job(job_id)
    assert job is not None
    assert (job.attempts, job.errors) == (1, ())


async def test_a_sleeping_worker_is_woken_after_the_crash_as_before(app: Soniq) -> None:
    ran, url = asyncio.Event(), app.settings.database_url or ""

    @app.job(name="ring")
    async def ring() -> None:
        ran.set()

    asleep = "select exists (select from soniq.sleepers where queues is null)"
    async with app.worker():
        await until(url, asleep)
        await crash(url)
        await until(url, asleep)
        await app.enqueue(ring)
        async with asyncio.timeout(10):
            await ran.wait()
