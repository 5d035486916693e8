"""Write verdicts, each only over its own claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from soniq.job import Verdict
from soniq.pool import BAD_DATA, Executor
from soniq.sql import in_schema, statement
from soniq.sql.migrate import HISTORY_DAYS_AHEAD, MAKE_HISTORY_DAYS

RECORD: Final = statement("settle", "record")
RECORD_DONE: Final = statement("settle", "record_done")
WHEREABOUTS: Final = statement("settle", "whereabouts")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was not written, if anything.

    Attributes:
        locked: Jobs that somebody's open transaction holds; to be tried again.
        lost: Jobs whose claim was no longer ours; nothing was written.
    """

    locked: frozenset[UUID]
    lost: frozenset[UUID]


async def record(db: Executor, schema: str, verdicts: Sequence[Verdict]) -> Recorded:
    """Write a batch in one statement.

    A verdict that the database refuses is found by halving the batch; its job becomes a dead letter that
    says so. A claim that seems lost is looked up by its token first: an earlier try may have written it
    and lost the connection before the answer. So a batch can be sent again as it is.

    Args:
        db: A connection in autocommit, or in the transaction that the verdicts share the fate of.
        schema: In which installation.
        verdicts: At most one a job.
    """
    if await _write(db, schema, verdicts) == len(verdicts):
        return Recorded(frozenset(), frozenset())
    found = await _whereabouts(db, schema, verdicts)
    return Recorded(
        locked=frozenset(verdict.id for verdict in verdicts if found.get(str(verdict.id)) == "ours"),
        lost=frozenset(verdict.id for verdict in verdicts if str(verdict.id) not in found),
    )


async def make_history_days(db: Executor, schema: str) -> None:
    """Make the history's partitions for today and the week ahead, where they are missing."""
    await db.fetch(in_schema(MAKE_HISTORY_DAYS, schema), HISTORY_DAYS_AHEAD)


async def _write(db: Executor, schema: str, verdicts: Sequence[Verdict]) -> int:
    try:
        return await _send(db, schema, verdicts)
    except BAD_DATA as error:
        if _lacks_partition(error):
            raise
        if len(verdicts) == 1:
            return await _send(db, schema, [_refused(verdicts[0], error)])
    half = len(verdicts) // 2
    return await _write(db, schema, verdicts[:half]) + await _write(db, schema, verdicts[half:])


async def _send(db: Executor, schema: str, verdicts: Sequence[Verdict]) -> int:
    text, given = _statement(verdicts)
    try:
        rows = await db.fetch(in_schema(text, schema), *given)
    except asyncpg.CheckViolationError as error:
        if not _lacks_partition(error):
            raise
        await make_history_days(db, schema)
        rows = await db.fetch(in_schema(text, schema), *given)
    written: int = rows[0]["written"]
    return written


def _statement(verdicts: Sequence[Verdict]) -> tuple[str, tuple[list[Any], ...]]:
    """Choose the statement that says no more than this batch needs."""
    if any(verdict.state != "done" or verdict.error is not None for verdict in verdicts):
        return RECORD, columns(verdicts)
    return RECORD_DONE, (
        [verdict.id for verdict in verdicts],
        [verdict.token for verdict in verdicts],
        [verdict.result for verdict in verdicts],
        [verdict.result_ttl for verdict in verdicts],
    )


def columns(verdicts: Sequence[Verdict]) -> tuple[list[str | None], ...]:
    """Lay out verdicts as the statement's parameters."""
    return (
        [str(verdict.id) for verdict in verdicts],
        [str(verdict.token) for verdict in verdicts],
        [verdict.state for verdict in verdicts],
        [str(verdict.delay.total_seconds()) for verdict in verdicts],
        ["true" if verdict.spend_attempt else "false" for verdict in verdicts],
        [verdict.error for verdict in verdicts],
        [verdict.traceback for verdict in verdicts],
        [verdict.result for verdict in verdicts],
        [verdict.reason for verdict in verdicts],
        ["true" if verdict.snooze else "false" for verdict in verdicts],
        [None if verdict.result_ttl is None else str(verdict.result_ttl) for verdict in verdicts],
    )


async def _whereabouts(db: Executor, schema: str, verdicts: Sequence[Verdict]) -> dict[str, str]:
    rows = await db.fetch(
        in_schema(WHEREABOUTS, schema),
        [str(verdict.id) for verdict in verdicts],
        [str(verdict.token) for verdict in verdicts],
    )
    return {row["id"]: row["found"] for row in rows}


def _refused(verdict: Verdict, error: Exception) -> Verdict:
    return verdict._replace(
        state="dead_letter",
        error=f"{type(error).__name__}: the outcome could not be stored: {_plain(str(error))}",
        traceback=None,
        result=None,
        reason="outcome_not_storable",
    )


def _plain(text: str) -> str:
    """Keep what any database encoding can store: the error may quote what it refused."""
    return text.encode("ascii", "backslashreplace").decode().replace("\0", "")


def _lacks_partition(error: Exception) -> bool:
    """Tell a missing partition from a check: Postgres gives both one code, but only a check has a name."""
    return isinstance(error, asyncpg.CheckViolationError) and error.constraint_name is None
