"""Take a batch of ready jobs."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from soniq.claim.watermark import Mark
from soniq.identity import new_id
from soniq.job import Claim
from soniq.pool import Executor
from soniq.sql import in_schema, statement

TAKE: Final = statement("claim", "take")
TAKE_AFTER: Final = statement("claim", "take_after")
TAKE_RESCUED: Final = statement("claim", "take_rescued")
READY_QUEUES: Final = statement("claim", "ready_queues")
READY_AMONG: Final = statement("claim", "ready_among")
PROMOTE: Final = statement("claim", "promote")
RECALL: Final = statement("claim", "recall")

IN_ORDER: Final = attrgetter("priority", "run_at", "id")
PROMOTED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims.

    Attributes:
        worker_id: In whose name.
        schema: In which installation.
    """

    worker_id: UUID
    schema: str


@dataclass(frozen=True, slots=True)
class Promoted:
    """What became due.

    Attributes:
        jobs: How many were made ready.
        next_due: Seconds until the next one is due, None where none waits.
    """

    jobs: int
    next_due: float | None


async def take(
    db: Executor, holder: Holder, queue: str, limit: int, after: Mark | None = None
) -> tuple[list[Claim], float]:
    """Take the first ready jobs of a queue.

    Args:
        db: A connection of the worker's own; the claims commit with it.
        holder: Who claims.
        queue: Whose jobs.
        limit: Jobs at most; fewer come back when other workers hold them.
        after: Start behind this place in the order.

    Returns:
        Claims in order, none when nothing is ready; and the seconds it took by the server's clock.

    Source: SKIP LOCKED, PostgreSQL manual, SELECT, "The Locking Clause".
    """
    given = (queue, limit, new_id(), holder.worker_id)
    if after is None:
        rows = await db.fetch(in_schema(TAKE, holder.schema), *given)
    else:
        rows = await db.fetch(in_schema(TAKE_AFTER, holder.schema), *given, after.priority, after.run_at, after.id)
    claims = [to_claim(row) for row in rows]
    claims.sort(key=IN_ORDER)
    return claims, rows[-1]["took"] if rows else 0.0


async def take_rescued(
    db: Executor, holder: Holder, queues: Sequence[str] | None, paused: Set[str] = frozenset()
) -> list[Claim]:
    """Take one job whose worker died, or none.

    Args:
        db: A connection of the worker's own.
        holder: Who claims.
        queues: Which ones are served, None for every one.
        paused: Which ones are left alone.
    """
    rows = await db.fetch(in_schema(TAKE_RESCUED, holder.schema), queues, new_id(), holder.worker_id, list(paused))
    return [to_claim(row) for row in rows]


async def find_ready(db: Executor, schema: str, queues: Sequence[str] | None) -> list[str]:
    """Name the queues that have ready jobs, among those given or among all."""
    if queues is None:
        rows = await db.fetch(in_schema(READY_QUEUES, schema))
    else:
        rows = await db.fetch(in_schema(READY_AMONG, schema), queues)
    return [row[0] for row in rows]


async def promote(db: Executor, schema: str, notify: str) -> Promoted:
    """Make the jobs ready whose time has come; at most a thousand at once.

    Args:
        db: Any connection of ours.
        schema: In which installation.
        notify: `on` to wake the workers that sleep.
    """
    [row] = await db.fetch(in_schema(PROMOTE, schema), PROMOTED_AT_ONCE, notify)
    return Promoted(row["moved"], 0.0 if row["moved"] >= PROMOTED_AT_ONCE else row["next_due"])


async def recall(db: Executor, holder: Holder, known: Sequence[UUID]) -> list[Claim]:
    """Find what is held in the holder's name without its knowledge: a claim whose answer was lost.

    Args:
        db: A connection of the worker's own.
        holder: Who claims, and claims nothing else meanwhile.
        known: The jobs that it knows it holds.
    """
    return [to_claim(row) for row in await db.fetch(in_schema(RECALL, holder.schema), holder.worker_id, known)]


def to_claim(row: Any) -> Claim:
    """Read a row of the claiming statements."""
    return Claim(*row[:14])
