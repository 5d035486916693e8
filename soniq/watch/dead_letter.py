"""Read dead letters: a list, a page at a time, counts."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from soniq.job import DeadLetterFilter, DeadLetterJob, DeadLetterStats
from soniq.job.dead_letter import TEXTS
from soniq.pool import Lent, Row
from soniq.sql import in_schema, statement
from soniq.watch.inspect import to_attempts

LIST: Final = statement("dead_letter", "list")
STATS: Final = statement("dead_letter", "stats")

PAGE_ROWS: Final = 500


class Source(Protocol):
    """Where connections come from, each for one page."""

    def inner(self) -> AbstractAsyncContextManager[Lent]:
        """Take a connection for a statement."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which dead letters are meant, as the statements take it.

    Attributes:
        conditions: JSON text of an object.
        limit: This many at most, None for all.
    """

    conditions: str
    limit: int | None = None


def wanted(chosen: DeadLetterFilter | None = None) -> Wanted:
    """Say a filter for the statements; None wants all."""
    chosen = chosen or DeadLetterFilter()
    conditions: dict[str, Any] = {name: getattr(chosen, name) for name in (*TEXTS, "replayed")}
    conditions |= {name: moment(getattr(chosen, name)) for name in ("from_time", "to_time")}
    conditions["tags"] = list(chosen.tags) or None
    return Wanted(_said(conditions), chosen.limit)


def wanted_id(job_id: UUID) -> Wanted:
    """Want one."""
    return Wanted(_said({"id": str(job_id)}))


def older_than(days: float) -> Wanted:
    """Want those that died so many days ago or earlier."""
    return Wanted(_said({"older_than_days": days}))


async def read_dead_letters(connection: Lent, schema: str, which: Wanted) -> list[DeadLetterJob]:
    """Return dead letters, the latest first."""
    return await _page(connection, schema, which, which.limit, None)


async def read_pages(source: Source, schema: str, which: Wanted) -> AsyncIterator[list[DeadLetterJob]]:
    """Give dead letters, the latest first, so many at once that memory stays bounded; those that die meanwhile not."""
    left, last = which.limit, None
    while left is None or left > 0:
        rows = PAGE_ROWS if left is None else min(PAGE_ROWS, left)
        async with source.inner() as connection:
            page = await _page(connection, schema, which, rows, last)
        if page:
            yield page
        if len(page) < rows:
            return
        last, left = page[-1], None if left is None else left - rows


async def read_stats(connection: Lent, schema: str, hours: float | None) -> DeadLetterStats:
    """Count the dead letters of the last so many hours, or all."""
    rows = await connection.fetch(in_schema(STATS, schema), hours)
    [total] = [row for row in rows if row["what"] == "total"]
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["what"] != "total" and row["name"] is not None:
            counts.setdefault(row["what"], {})[row["name"]] = row["count"]
    return DeadLetterStats(
        total=total["count"],
        replayed=total["replayed"],
        oldest_at=total["oldest_at"],
        newest_at=total["newest_at"],
        **counts,
    )


def to_dead_letter(row: Row) -> DeadLetterJob:
    """Read a row."""
    return DeadLetterJob(
        id=str(row["id"]),
        job_name=row["task"],
        args=json.loads(row["args"]),
        queue=row["queue"],
        priority=row["priority"],
        attempts=row["attempt"],
        max_attempts=row["max_attempts"],
        created_at=row["created_at"],
        scheduled_at=row["scheduled_at"],
        dead_at=row["dead_at"],
        last_error=row["last_error"],
        dead_letter_reason=row["reason"],
        resurrection_count=row["resurrection_count"],
        tags=tuple(row["tags"]),
        worker_id=row["worker_id"] and str(row["worker_id"]),
        errors=to_attempts(row["errors"]),
        traceback=row["traceback"],
    )


async def _page(
    connection: Lent, schema: str, which: Wanted, rows: int | None, after: DeadLetterJob | None
) -> list[DeadLetterJob]:
    died, last = (None, None) if after is None else (after.dead_at, UUID(after.id))
    found = await connection.fetch(in_schema(LIST, schema), which.conditions, rows, died, last)
    return [to_dead_letter(row) for row in found]


def moment(when: datetime | None) -> str | None:
    """Say a moment for Postgres and for files."""
    return None if when is None else when.isoformat()


def _said(conditions: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in conditions.items() if value is not None})
