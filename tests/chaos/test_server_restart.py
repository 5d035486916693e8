"""Workers live through a fast and an immediate restart of Postgres: they come back, and no job is lost or doubled."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from soniq import JobContext, Soniq
from soniq.lab.servers import describe, fresh_database, use_postgres
from tests.lab.servers.crew import wait_until

EACH: Final = 1000  # jobs of a task
NUMBERS: Final = list(range(EACH))
RESTARTS: Final = {400: signal.SIGINT, 1200: signal.SIGQUIT}  # fast, immediate: when so many jobs have ended
ENDED: Final = "select count(*) from soniq.job_history where state = 'done'"
LEFT: Final = "select (select count(*) from soniq.jobs) + (select count(*) from soniq.dead_letter_jobs)"
WORKERS: Final = "select array_agg((id, generation) order by id) from soniq.workers"


@pytest.fixture
async def app(folder: Path) -> AsyncIterator[Soniq]:
    """Open an app on a server of its own."""
    with use_postgres(folder, durable=True) as server:
        await only_processes_die(server)
        async with Soniq(fresh_database(server, f"test_{uuid4().hex[:12]}")) as opened:
            await opened.setup()
            yield opened


async def only_processes_die(server: str) -> None:
    """Leave out what guards against a power cut alone: it would make the server slow to come back."""
    connection = await asyncpg.connect(server)
    await connection.execute("alter system set fsync = off")
    await connection.execute("select pg_reload_conf()")
    await connection.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder for the server."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o711)  # the server's user may be another one
        yield Path(made)


async def test_every_job_ends_once_and_the_workers_come_back_by_themselves(app: Soniq, folder: Path) -> None:
    noted = await with_tasks(app)

    async with AsyncExitStack() as workers:
        for _ in range(2):
            await workers.enter_async_context(app.worker(concurrency=8))
        before = await until_entered(app)
        for ended, how in RESTARTS.items():
            assert ended <= await until_ended(app, ended) < 2 * EACH, "there is nothing left to disturb"
            await asyncio.to_thread(restart, folder, how)
        await until_ended(app, 2 * EACH)
        after = await look(app, WORKERS)

    assert [(worker, generation + len(RESTARTS)) for worker, generation in before] == after
    assert await look(app, "select array_agg(number order by number) from public.moved") == NUMBERS
    assert Counter(noted) == Counter(NUMBERS)
    assert (await look(app, ENDED), await look(app, LEFT)) == (2 * EACH, 0)


async def with_tasks(app: Soniq) -> list[int]:
    """Enqueue jobs that move something in the database exactly once, and others; return what these note."""
    noted = list[int]()

    @app.job(name="move", queue="moves", retries=1000, retry_delay=0)
    async def move(number: int, ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute("insert into public.moved values ($1)", number)

    @app.job(name="note", queue="notes", retries=0)
    async def note(number: int) -> None:
        noted.append(number)

    async with app.transaction() as connection:
        await connection.execute("create table public.moved (number integer)")
    for task in (move, note):
        await app.enqueue_many(task, [{"number": number} for number in NUMBERS])
    return noted


def restart(folder: Path, how: signal.Signals) -> None:
    """Stop the server by this signal, wait until it is gone, and start it again on its port."""
    [server] = describe(folder)
    assert server.pid is not None
    os.kill(server.pid, how)
    wait_until(lambda: describe(folder)[0].keeper_pid != server.keeper_pid, "the server is gone")
    with use_postgres(folder, durable=True):  # the fixture's lease keeps it
        return


async def until_entered(app: Soniq) -> Any:
    async with asyncio.timeout(10):
        while len(workers := await look(app, WORKERS) or []) < 2:
            await look(app, "select pg_sleep(0.01)")
    return workers


async def until_ended(app: Soniq, jobs: int) -> int:
    async with asyncio.timeout(30):
        while (ended := await look(app, ENDED)) < jobs:
            await look(app, "select pg_sleep(0.01)")
    return int(ended)


async def look(app: Soniq, query: str) -> Any:
    connection = await asyncpg.connect(app.settings.database_url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
