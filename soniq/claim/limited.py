"""Take jobs that stand under a limit over all workers: of their key, or of their queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from soniq.claim.take import IN_ORDER, Holder, to_claim
from soniq.identity import new_id
from soniq.job import Claim
from soniq.pool import Executor
from soniq.sql import in_schema, statement

LIMITED: Final = statement("limits", "limited")
TAKE_KEYED: Final = statement("limits", "take_keyed")
TAKE_LIMITED: Final = statement("limits", "take_limited")
WAKE_WAITING: Final = statement("limits", "wake_waiting")


@dataclass(frozen=True, slots=True)
class Survey:
    """Which queues the plain claim does not serve to their end.

    Attributes:
        keyed: Where jobs wait for their keys.
        limited: Those that have a limit.
    """

    keyed: tuple[str, ...]
    limited: frozenset[str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a walk through the keys of a queue brought.

    Attributes:
        claims: In order.
        keys: The key of each claim.
        behind: Where the next walk goes on, '' where this one came to the end.
        suspects: A job that is the first of its key has killed a worker, and waits for a claim of its own.
    """

    claims: list[Claim]
    keys: list[str]
    behind: str
    suspects: bool


async def survey_limits(db: Executor, schema: str, queues: Sequence[str] | None) -> Survey:
    """Look where keys and limits are, among the queues given or among all."""
    rows = await db.fetch(in_schema(LIMITED, schema), queues)
    return Survey(
        tuple(row["queue"] for row in rows if row["why"] == "keyed"),
        frozenset(row["queue"] for row in rows if row["why"] == "limited"),
    )


async def take_keyed(
    db: Executor, holder: Holder, queue: str, limit: int, behind: str = "", suspects: bool = False
) -> Taken:
    """Take jobs of a queue that have a key, at most what is left of each key and of the queue.

    No claim of two workers sees the same room: who decides about a key locks it until the claim commits, and
    counts behind the lock. A key that another claim decides about is passed over.

    Args:
        db: A connection of the worker's own, in autocommit: the lock ends with the statement.
        holder: Who claims.
        queue: Whose jobs.
        limit: Jobs at most.
        behind: Walk through the keys that come after this one.
        suspects: Take a job whose worker died, instead of the others.

    Source: PostgreSQL manual, "Advisory Locks" and "Function Volatility Categories" (a volatile function's
        statements each see what was committed before they began).
    """
    given = (queue, limit, new_id(), holder.worker_id, behind, suspects)
    rows = await db.fetch(in_schema(TAKE_KEYED, holder.schema), *given)
    taken = [(Claim(*row[2:16]), row["concurrency_key"]) for row in rows if row["id"] is not None]
    taken.sort(key=lambda one: IN_ORDER(one[0]))
    claims, keys = [claim for claim, _ in taken], [key for _, key in taken]
    return Taken(claims, keys, rows[0]["behind"] or "", rows[0]["suspects"])


async def take_limited(db: Executor, holder: Holder, queue: str, limit: int) -> list[Claim]:
    """Take the first ready jobs of a queue that has a limit, at most what is left of it; in order."""
    rows = await db.fetch(in_schema(TAKE_LIMITED, holder.schema), queue, limit, new_id(), holder.worker_id)
    return sorted(map(to_claim, rows), key=IN_ORDER)


async def wake_waiting(db: Executor, schema: str, keys: Sequence[str], queues: Sequence[str]) -> None:
    """Wake the workers that sleep where a job may start, now that others of these keys or queues have ended."""
    await db.fetch(in_schema(WAKE_WAITING, schema), keys, queues)
