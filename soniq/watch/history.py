"""Let the history forget: whole days at a time, and nobody waits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import asyncpg

from soniq.errors import PermissionDenied, SessionNeeded
from soniq.pool import Connection, ConnectionPool, Executor, our_errors
from soniq.sql import in_schema, statement

TRY_LOCK: Final = statement("history", "try_lock")
OLD_DAYS: Final = statement("history", "old_days")
MARK: Final = statement("history", "mark")
DETACH: Final = statement("history", "detach")
FINISH_DETACH: Final = statement("history", "finish_detach")
DROP: Final = statement("history", "drop")
SHORT_WAIT: Final = statement("history", "short_wait")

# DETACH CONCURRENTLY holds no lock while it waits for those who still read, so it may wait; FINALIZE keeps a new day
# from being attached meanwhile, and the sweep waits 2 s for that.
PATIENCE: Final = "30s"
HURRY: Final = "1s"
SESSION: Final = {"lock_timeout": PATIENCE, "statement_timeout": "100s"}
ANSWER_SECONDS: Final = 120.0
NO_DAY: Final = "00000000"
# What another time may go better: somebody reads for long, or does the same by hand.
NOT_NOW: Final = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.QueryCanceledError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.UndefinedTableError,
    asyncpg.WrongObjectTypeError,
)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What became of the old days of the history; days are those of UTC.

    Attributes:
        dropped: Gone, with every job that ended then.
        left: Still to go: somebody's open transaction held them, or another process is at it. Try again later.
    """

    dropped: tuple[date, ...] = ()
    left: tuple[date, ...] = ()


async def has_old_days(db: Executor, schema: str, days: int) -> bool:
    """Whether there is anything to prune."""
    return bool(await db.fetch(in_schema(OLD_DAYS, schema), days))


async def prune(pool: ConnectionPool, schema: str, days: int, dry_run: bool = False) -> Pruned:
    """Drop the days that ended so many days ago or earlier.

    Nobody waits: a day is detached concurrently, then dropped. What was interrupted is brought to its end by
    the next call.

    Args:
        pool: Knows how to connect; this is done on a connection beside the others.
        schema: Of the installation.
        days: To keep, 1 or more.
        dry_run: Only say what is to go.

    Raises:
        PermissionDenied: There are such days, and the role does not own them.
        DatabaseUnreachable: The server does not answer.
        SessionNeeded: There are such days, and a pooler stands between.
    """
    connection = await pool.connect(SESSION, ANSWER_SECONDS)
    try:
        with our_errors():
            if pool.pooled and not dry_run and await has_old_days(connection, schema, days):
                raise SessionNeeded("days of the history cannot be dropped through a pooler")
            return await _prune(_Days(connection, schema), days, dry_run)
    finally:
        await connection.close(timeout=5)


async def _prune(history: "_Days", days: int, dry_run: bool) -> Pruned:
    old = await history.old(days)
    if dry_run or not old:
        return Pruned(left=tuple(_date(row["day"]) for row in old))
    if not all(row["owned"] for row in old):
        raise PermissionDenied(
            f"{len(old)} days of the history may go, and only the owner of its tables can drop them: "
            "run `soniq prune` as that role"
        )
    if await history.taken():
        await history.drop_all(old)
        left = await history.old(days)
    else:
        left = old
    kept = {row["day"] for row in left}
    gone = [row["day"] for row in old if row["day"] not in kept and (row["state"] == "attached" or row["marked"])]
    return Pruned(tuple(map(_date, gone)), tuple(_date(row["day"]) for row in left))


class _Days:
    """The days of one installation's history, through one session that is in no transaction."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self._connection = connection
        self._schema = schema

    async def old(self, days: int) -> list[Any]:
        return await self._connection.fetch(in_schema(OLD_DAYS, self._schema), days)

    async def taken(self) -> bool:
        """Whether we are the one who may."""
        [row] = await self._connection.fetch(in_schema(TRY_LOCK, self._schema))
        return bool(row["taken"])

    async def drop_all(self, old: list[Any]) -> None:
        """Drop them one by one; where one cannot go now, those behind it could not either."""
        try:
            for row in old:
                await self._drop(row["day"], row["state"], row["marked"])
        except NOT_NOW:
            return

    async def _drop(self, day: str, state: str, marked: bool) -> None:
        if state == "detaching":
            await self._connection.fetch(SHORT_WAIT, HURRY)
            await self._run(FINISH_DETACH, day)
            await self._connection.fetch(SHORT_WAIT, PATIENCE)
            if not marked:
                return  # it was not we who began: whoever did wants to keep it
        if state == "attached":
            await self._run(MARK, day)
            await self._run(DETACH, day)
        await self._run(DROP, day)

    async def _run(self, text: str, day: str) -> None:
        await self._connection.fetch(in_schema(text, self._schema).replace(NO_DAY, day))


def _date(day: str) -> date:
    return datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007  # a day of UTC, without a time
