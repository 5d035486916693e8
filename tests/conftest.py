"""A real Postgres for the session, and a fresh database for each test that asks for one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import asyncpg
import pytest

from soniq import Soniq
from soniq.lab.servers import drop_database, find_postgres, fresh_database


@pytest.fixture(scope="session")
def server_url() -> str:
    """Start the server that the environment names, or the embedded one."""
    return find_postgres()


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """Make a database without Soniq's schema."""
    name = f"test_{uuid4().hex[:12]}"
    yield fresh_database(server_url, name)
    drop_database(server_url, name)


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """Migrate one database that the others are copied from."""
    name = f"template_{uuid4().hex[:12]}"

    async def migrate(url: str) -> None:
        async with Soniq(url) as app:
            await app.setup()

    asyncio.run(migrate(fresh_database(server_url, name)))
    yield name
    drop_database(server_url, name)


@pytest.fixture
def migrated_url(server_url: str, template: str) -> Iterator[str]:
    """Make a database with Soniq's schema, empty."""
    name = f"test_{uuid4().hex[:12]}"
    yield fresh_database(server_url, name, template=template)
    drop_database(server_url, name)


@pytest.fixture
async def app(migrated_url: str) -> AsyncIterator[Soniq]:
    """Open an app on an empty queue."""
    async with Soniq(migrated_url) as opened:
        await opened.ensure_initialized()
        yield opened


@pytest.fixture
async def other(migrated_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Connect beside the app: what this connection sees is committed."""
    connection = await asyncpg.connect(migrated_url)
    yield connection
    await connection.close()
