"""Find workers that died, and take their jobs out of their hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from soniq.claim.suspicion import Sighting, Suspicion
from soniq.claim.take import Holder
from soniq.pool import Executor
from soniq.sql import in_schema, statement

SURVEY: Final = statement("workers", "survey")
RESCUE: Final = statement("workers", "rescue")
FORGET: Final = statement("workers", "forget")
ADOPT: Final = statement("workers", "adopt")
WAKE_NOBODY: Final = statement("workers", "wake_nobody")


@dataclass(frozen=True, slots=True)
class Rescued:
    """What was found in dead hands.

    Attributes:
        jobs: How many are to run again.
        ended: How many became dead letters, because their last attempt killed its worker.
    """

    jobs: int
    ended: int


async def survey(db: Executor, holder: Holder) -> list[Sighting]:
    """Look at every other worker."""
    rows = await db.fetch(in_schema(SURVEY, holder.schema), holder.worker_id)
    return [Sighting(*row) for row in rows]


async def rescue(db: Executor, schema: str, dead: Sequence[Sighting]) -> Rescued:
    """Take the jobs of dead workers out of their hands, unless one gave a sign of life meanwhile.

    A job whose row is locked is left for the next time; its worker's row stays until nothing is left.
    """
    given = [
        [seen.worker_id for seen in dead],
        [seen.generation for seen in dead],
        [seen.beat_at for seen in dead],
    ]
    [row] = await db.fetch(in_schema(RESCUE, schema), *given)
    await db.fetch(in_schema(FORGET, schema), *given)
    return Rescued(row["rescued"], row["ended"])


async def adopt(db: Executor, schema: str, held_for: float) -> None:
    """Enter a worker for jobs that are held by none that is known, so that the sweep finds it dead.

    Args:
        db: A connection of ours.
        schema: In which installation.
        held_for: Seconds since the claim, at least.
    """
    await db.fetch(in_schema(ADOPT, schema), held_for)


async def wake_nobody(db: Executor, schema: str) -> None:
    """Remove sleepers that are no workers: while there is one, every enqueue notifies."""
    await db.fetch(in_schema(WAKE_NOBODY, schema))


async def rescue_from_silent(db: Executor, holder: Holder, heartbeat_timeout: float) -> Rescued:
    """Do what a sweep does, once, by nothing but the workers' silence: one look cannot tell death from a restart.

    Args:
        db: A connection of ours.
        holder: Who asks; it need be no worker.
        heartbeat_timeout: Seconds of silence after which a worker is dead.
    """
    await adopt(db, holder.schema, heartbeat_timeout)
    dead = Suspicion(0.0, heartbeat_timeout, trusts_locks=False).judge(await survey(db, holder), 0.0)
    return await rescue(db, holder.schema, dead) if dead else Rescued(0, 0)
