"""Databases with an empty queue, copied from a template that is migrated once for each state of the code."""

import asyncio
import atexit
import hashlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from soniq.app import Soniq
from soniq.errors import PermissionDenied
from soniq.lab.servers import drop_database, find_postgres, fresh_database
from soniq.settings import load
from soniq.sql.migrate import migrations

DEFAULT_SCHEMA: Final = "soniq"
LOCK: Final = "select pg_advisory_lock(hashtext('soniq.testing'))"
EXISTS: Final = "select exists (select 1 from pg_database where datname = $1)"
_made: Final[set["Database"]] = set()


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a test's own.

    Attributes:
        server: URL of the server that it is on.
        name: Its name there, which no other process chooses.
    """

    server: str
    name: str

    @property
    def url(self) -> str:
        """Where it is."""
        return _beside(self.server, self.name)

    def drop(self) -> None:
        """Drop it, with whoever is connected to it; a second time does no harm."""
        drop_database(self.server, self.name)
        _made.discard(self)


def find_server(url: str | None = None) -> str:
    """Return the URL of the server for tests: this one, else SONIQ_DATABASE_URL's, else the embedded one's.

    Raises:
        LabUnavailable: None is named, and the embedded Postgres is not installed or does not start.
    """
    return url or load().database_url or find_postgres()


def make_database(server: str, schema: str = DEFAULT_SCHEMA) -> Database:
    """Make a database with an empty queue; it lives until `drop` or the end of this process.

    Args:
        server: URL of any database there; its user may create databases.
        schema: The Postgres schema of the queue.

    Raises:
        PermissionDenied: The user may not create databases.
    """
    database = Database(server, f"soniq_test_{uuid4().hex[:16]}")
    try:
        fresh_database(server, database.name, template=_template(server, schema))
    except asyncpg.InsufficientPrivilegeError as error:
        raise PermissionDenied(f"this role may not create a database for tests: {error}") from error
    _made.add(database)
    return database


@cache
def _template(server: str, schema: str) -> str:
    """Name the database to copy, made where the server has none of these migrations yet."""
    known = hashlib.sha256("\0".join([schema, *(one.text for one in migrations())]).encode()).hexdigest()[:16]
    name = f"soniq_template_{known}"
    _run(_make_template(server, name, schema))
    return name


async def _make_template(server: str, name: str, schema: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(LOCK)  # one process makes it, the others wait; it ends with the connection
        if await connection.fetchval(EXISTS, name):
            return
        draft = f"{name}_draft"
        await connection.execute(f'drop database if exists "{draft}" with (force)')
        async with Soniq(_beside(server, draft), database_schema=schema) as app:
            await app.setup()
        await connection.execute(f'alter database "{draft}" rename to "{name}"')
    finally:
        await connection.close()


def _beside(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path="/" + quote(name, safe="")))


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end in a thread with a loop of its own: a test may sit in a running one."""
    with ThreadPoolExecutor(max_workers=1) as threads:
        threads.submit(asyncio.run, work).result()


@atexit.register
def _drop_what_is_left() -> None:
    """Drop what no test dropped; no thread can be started any more, so not by the lab's function."""
    if _made:
        asyncio.run(_drop_all())


async def _drop_all() -> None:
    for database in _made:
        try:
            connection = await asyncpg.connect(database.server, timeout=5)
        except (OSError, asyncpg.PostgresError):
            continue  # the server is gone, and the database with it or not
        try:
            await connection.execute(f'drop database if exists "{database.name}" with (force)')
        finally:
            await connection.close()
