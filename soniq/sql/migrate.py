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

    def __str__(self) -> str:
        return f"migration {self.version} ({self.name})"


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
        connection: One of its own, in no transaction; each migration is one.
        schema: The Postgres schema of the installation.
        steps: The migrations, in order.

    Returns:
        How many were applied here; who migrates at the same time takes turns, a migration each.

    Raises:
        MigrationBlocked: Somebody's open transaction held a table through every try.
        CodeTooOld: The schema no longer serves this code.
        PermissionDenied: The role may not make the schema, or does not own it.
    """
    applied = 0
    try:
        while await _apply_next(connection, schema, steps):
            applied += 1
    except asyncpg.InsufficientPrivilegeError as error:
        raise PermissionDenied(f"the database refused this role the setup of {schema!r}: {error}") from error
    return applied


async def pending(
    connection: "asyncpg.Connection[Any]", schema: str, steps: tuple[Migration, ...]
) -> tuple[Migration, ...]:
    """Return the migrations that are missing, in order; nothing is changed.

    Raises:
        PermissionDenied: The role was granted nothing there.
    """
    try:
        async with connection.transaction():
            version = await _version(connection, schema)
    except asyncpg.InsufficientPrivilegeError as error:
        raise PermissionDenied(f"the database refused this role a look at {schema!r}: {error}") from error
    return steps[version:]


async def _version(connection: "asyncpg.Connection[Any]", schema: str) -> int:
    if not await connection.fetchval(in_schema(HAS_META, schema)):
        return 0
    version: int = await connection.fetchval(in_schema(VERSION, schema))
    return version


async def _apply_next(connection: "asyncpg.Connection[Any]", schema: str, steps: tuple[Migration, ...]) -> bool:
    """Apply the first migration that is missing; False where there is none."""
    step, refusal = None, None
    for _ in range(TRIES):
        try:
            async with connection.transaction(isolation="read_committed"):
                step = await _find_next(connection, schema, steps)
                if step is None:
                    await connection.fetchval(in_schema(MAKE_HISTORY_DAYS, schema), HISTORY_DAYS_AHEAD)
                    return False
                await _apply(connection, schema, step)
            return True
        except asyncpg.LockNotAvailableError as error:
            refusal = error
        await asyncio.sleep(PAUSE_SECONDS)
    raise MigrationBlocked(f"{step} waited {TRIES} times {LOCK_TIMEOUT} for a lock") from refusal


async def _find_next(
    connection: "asyncpg.Connection[Any]", schema: str, steps: tuple[Migration, ...]
) -> Migration | None:
    """Wait for whoever else migrates, and say what is still to be done."""
    await connection.execute("set local lock_timeout = 0; set local statement_timeout = 0")
    await connection.execute(LOCK, schema)
    # IF NOT EXISTS would ask for CREATE on the database all the same.
    if not await connection.fetchval(HAS_SCHEMA, schema):
        await connection.execute(f'create schema "{schema}"')
    return next(iter(steps[await _version(connection, schema) :]), None)


async def _apply(connection: "asyncpg.Connection[Any]", schema: str, step: Migration) -> None:
    await connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
    await connection.execute(in_schema(step.text, schema))
    await connection.execute(in_schema(START, schema))
    await connection.execute(in_schema(ADVANCE, schema), step.version, step.serves_from)
