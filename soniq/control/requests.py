"""Read what was asked of a worker, and clear away what nobody has to answer any more."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from soniq.pool import Executor
from soniq.sql import in_schema, statement

LOOK: Final = statement("control", "look")
CANCEL_LOOSE: Final = statement("control", "cancel_loose")
FORGET_REQUESTS: Final = statement("control", "forget_requests")


@dataclass(frozen=True, slots=True)
class Requests:
    """What others want of a worker.

    Attributes:
        paused: Queues from which nothing may be claimed.
        cancelled: Jobs in its hands that are to end.
    """

    paused: frozenset[str] = frozenset()
    cancelled: frozenset[UUID] = frozenset()


async def read_requests(db: Executor, schema: str, worker_id: UUID) -> Requests:
    """Look what is asked of a worker.

    Requests for jobs that no worker holds are answered on the way: a job that came back to its queue is
    cancelled, and what asks for a job that has ended is removed.
    """
    [row] = await db.fetch(in_schema(LOOK, schema), worker_id)
    if row["loose"]:
        await db.fetch(in_schema(CANCEL_LOOSE, schema))
        await db.fetch(in_schema(FORGET_REQUESTS, schema))
    return Requests(frozenset(row["paused"]), frozenset(row["mine"]))
