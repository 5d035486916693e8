"""Create or upgrade the schema: numbered files, one at a time, under a lock."""

import asyncio
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import asyncpg

from soniq.errors import CodeTooOld, MigrationBlocked, PermissionDenied, SchemaTooOld
from soniq.sql import in_schema, statement

LOCK: Final = statement("setup", "lock")
UNLOCK: Final = statement("setup", "unlock")
HAS_SCHEMA: Final = statement("setup", "has_schema")
HAS_META: Final = statement("setup", "has_meta")
VERSION: Final = statement("setup", "version")
START: Final = statement("setup", "start")
ADVANCE: Final = statement("setup", "advance")
MAKE_HISTORY_DAYS: Final = statement("setup", "make_history_days")

# An ALTER that waits behind one open transaction makes every enqueue wait behind itself: give up early.
LOCK_TIMEOUT: Final = "2s"
TRIES: Final = 15
PAUSE_SECONDS: Final = 0.5
HISTORY_DAYS_AHEAD: Final = 7
_SERVES = re.compile(r"^-- Serves code from schema version: (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema.

    Attributes:
        version: Its number; the schema's version once it is applied.
        name: What it does, from its file's name.
        text: Its SQL, for the schema `soniq`.
        serves_from: The oldest code, by schema version, that still works after it.
    """

    version: int
    name: str
    text: str
    serves_from: int


@cache
def migrations() -> tuple[Migration, ...]:
    """Read the migrations of this package, in order."""
    folder = files("soniq.sql") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(_read(name, (folder / name).read_text("utf-8")) for name in names)


def _read(name: str, text: str) -> Migration:
    number, _, title = name.removesuffix(".sql").partition("_")
    serves = _SERVES.search(text)
    if serves is None:
        raise ValueError(f"{name} does not say which code it serves")
    return Migration(int(number), title.replace("_", " "), text, int(serves[1]))


def newest() -> int:
    """Return the schema version that this code was written for."""
    return migrations()[-1].version


def check_version(schema_version: int, serves_from: int) -> None:
    """Refuse a schema that this code cannot work with.

    Raises:
        CodeTooOld: The schema has moved on and no longer serves this code.
        SchemaTooOld: The schema lacks a migration that this code needs.
    """
    ours = newest()
    if serves_from > ours:
        raise CodeTooOld(
            f"the schema, at version {schema_version}, serves code from {serves_from} on; this code is {ours}",
            schema_version=schema_version,
            serves_from=serves_from,
            code_version=ours,
        )
    if schema_version < ours:
        raise SchemaTooOld(
            f"the schema is at version {schema_version}; this code needs {ours}",
            schema_version=schema_version,
            code_version=ours,
        )


async def migrate(connection: "asyncpg.Connection[Any]", schema: str, steps: tuple[Migration, ...]) -> int:
    """Bring the schema up to date; safe to run from many processes at once.

    Args:
        connection: One of its own: its session holds the lock.
        schema: The Postgres schema of the installation.
        steps: The migrations, in order.

    Returns:
        How many were applied, 0 where the schema was up to date.

    Raises:
        MigrationBlocked: Somebody's open transaction held a table through every try.
        CodeTooOld: The schema no longer serves this code.
        PermissionDenied: The role may not make the schema, or does not own it.
    """
    await connection.execute(LOCK, schema)
    try:
        return await _bring_up_to_date(connection, schema, steps)
    except asyncpg.InsufficientPrivilegeError as error:
        raise PermissionDenied(f"the database refused this role the setup of {schema!r}: {error}") from error
    finally:
        await connection.execute(UNLOCK, schema)


async def _bring_up_to_date(connection: "asyncpg.Connection[Any]", schema: str, steps: tuple[Migration, ...]) -> int:
    applied = 0
    # IF NOT EXISTS would ask for CREATE on the database all the same.
    if not await connection.fetchval(HAS_SCHEMA, schema):
        await connection.execute(f'create schema "{schema}"')
    for step in steps[await _version(connection, schema) :]:
        await _apply(connection, schema, step)
        applied += 1
    await connection.fetchval(in_schema(MAKE_HISTORY_DAYS, schema), HISTORY_DAYS_AHEAD)
    return applied


async def _version(connection: "asyncpg.Connection[Any]", schema: str) -> int:
    if not await connection.fetchval(in_schema(HAS_META, schema)):
        return 0
    version: int = await connection.fetchval(in_schema(VERSION, schema))
    return version


async def _apply(connection: "asyncpg.Connection[Any]", schema: str, step: Migration) -> None:
    for remaining in reversed(range(TRIES)):
        try:
            async with connection.transaction():
                await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
                await connection.execute(in_schema(step.text, schema))
                await connection.execute(in_schema(START, schema))
                await connection.execute(in_schema(ADVANCE, schema), step.version, step.serves_from)
            return
        except asyncpg.LockNotAvailableError as error:
            if not remaining:
                raise MigrationBlocked(
                    f"migration {step.version} ({step.name}) waited {TRIES} times {LOCK_TIMEOUT} for a lock"
                ) from error
        await asyncio.sleep(PAUSE_SECONDS)
