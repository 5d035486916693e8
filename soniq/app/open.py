"""The connections that come before the pool: for setup, and to read where one is."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from soniq.errors import OptionInvalid, SchemaMissing
from soniq.pool import PINNED, UNREACHABLE, connect_directly, connect_pooled, database_url, our_errors
from soniq.settings import Settings
from soniq.sql import in_schema, statement
from soniq.sql.migrate import check_version
from soniq.sql.place import Place

INSTALLATION: Final = statement("enqueue", "installation")
GRANT_ACCESS: Final = statement("setup", "grant_access")

# A migration waits for its turn as long as it takes, and sets its own lock time-out.
SETUP_SESSION: Final = {**PINNED, "lock_timeout": "0", "statement_timeout": "0"}
MISSING: Final = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)


async def connect(settings: Settings, session: dict[str, str]) -> Any:
    """Open one connection outside the pool.

    Raises:
        DatabaseUnreachable: The server does not answer or refuses the login.
        PermissionDenied: The role may not connect to this database.
    """
    with our_errors(UNREACHABLE):
        url = database_url(settings)
        return await connect_directly(url, session) or await connect_pooled(url, session)


async def create_database(settings: Settings) -> None:
    """Create the database where the server has none of that name.

    Raises:
        DatabaseUnreachable: The server does not answer or refuses the login.
        PermissionDenied: The role may not create it.
    """
    url = database_url(settings)
    with our_errors(UNREACHABLE):
        try:
            connection = await asyncpg.connect(url)
        except asyncpg.InvalidCatalogNameError:
            await _create(settings, url)
        else:
            await connection.close()


async def _create(settings: Settings, url: str) -> None:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    server = settings.model_copy(update={"database_url": urlunsplit(parts._replace(path="/postgres"))})
    connection = await connect(server, SETUP_SESSION)
    try:
        quoted = name.replace('"', '""')
        await connection.execute(f'create database "{quoted}"')
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        pass  # another process made it between the two looks
    finally:
        await connection.close()


async def read_place(connection: Any, settings: Settings) -> Place:
    """Read which installation this is, and check that this code fits it.

    Raises:
        SchemaMissing: `setup()` has not run.
        SchemaTooOld: The schema lacks a migration.
        CodeTooOld: The schema no longer serves this code.
        PermissionDenied: The role was granted nothing there.
    """
    schema = settings.database_schema
    with our_errors():
        try:
            row = await connection.fetchrow(in_schema(INSTALLATION, schema))
        except MISSING as error:
            raise SchemaMissing(f"this database has no schema {schema!r} of Soniq's") from error
    if row is None:
        raise SchemaMissing(f"the schema {schema!r} has not been set up to its end")
    check_version(row["schema_version"], row["serves_from"])
    return Place(schema, row["installation"], settings.notify == "on")


async def grant_access(connection: Any, settings: Settings, grants: dict[str, str]) -> None:
    """Give roles what they need.

    Raises:
        OptionInvalid: There is no such role, or no such kind of access.
        PermissionDenied: The schema is not ours to grant.
    """
    for role, access in grants.items():
        with our_errors():
            await _grant(connection, settings, role, access)


async def _grant(connection: Any, settings: Settings, role: str, access: str) -> None:
    try:
        await connection.execute(in_schema(GRANT_ACCESS, settings.database_schema), role, access)
    except (asyncpg.UndefinedObjectError, asyncpg.RaiseError) as error:
        raise OptionInvalid(f"cannot grant {access!r} to {role!r}: {error}", option="grant") from error


def read_place_sync(settings: Settings) -> Place:
    """Read the place from code that has no event loop, or must not use the one it has."""

    async def read() -> Place:
        connection = await connect(settings, PINNED)
        try:
            async with connection.transaction():
                return await read_place(connection, settings)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1, "soniq-open") as thread:
        return thread.submit(asyncio.run, read()).result()
