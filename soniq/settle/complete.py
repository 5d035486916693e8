"""Settle a job inside its handler's own transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from soniq.adapters import Joined, JoinedSync
from soniq.adapters.refusal import sqlstate
from soniq.errors import ClaimLost
from soniq.pool import Executor
from soniq.sql import in_schema, statement

COMPLETE: Final = statement("settle", "complete")
FATE: Final = statement("settle", "fate")
LOST: Final = "22012"  # division_by_zero: see the statement


class Hold(NamedTuple):
    """What entitles an attempt to end its job. A tuple: one is made for each attempt.

    Attributes:
        schema: In which installation.
        id: The job.
        token: The attempt's own.
        result_ttl: Seconds for which its result can be read, 0 to keep none, None for as long as the history.
    """

    schema: str
    id: UUID
    token: UUID
    result_ttl: float | None = None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a claim; neither where it was lost.

    Attributes:
        done: The handler's transaction committed and settled the job.
        ours: It did not, and the attempt still holds the job.
    """

    done: bool
    ours: bool


async def complete(joined: Joined, hold: Hold, result: str | None) -> None:
    """Write the job's end into the transaction.

    Args:
        joined: The transaction.
        hold: The attempt's.
        result: As JSON text.

    Raises:
        ClaimLost: The attempt holds the job no more; the transaction can only roll back.
        SoniqError: What `Joined.fetch` raises.
    """
    with _lost_claims(hold):
        await joined.fetch(*_sent(hold, result))


def complete_sync(joined: JoinedSync, hold: Hold, result: str | None) -> None:
    """Do what `complete` does, without an event loop."""
    with _lost_claims(hold):
        joined.fetch(*_sent(hold, result))


async def find_fate(db: Executor, hold: Hold) -> Fate:
    """Look what is committed.

    Args:
        db: A connection other than that of the transaction.
        hold: The attempt's.
    """
    [row] = await db.fetch(in_schema(FATE, hold.schema), str(hold.id), str(hold.token))
    return Fate(row["done"], row["ours"])


def _sent(hold: Hold, result: str | None) -> tuple[str, Sequence[object]]:
    kept = None if hold.result_ttl == 0 else result
    seconds = None if kept is None or hold.result_ttl is None else str(hold.result_ttl)
    return in_schema(COMPLETE, hold.schema), (str(hold.id), str(hold.token), kept, seconds)


@contextmanager
def _lost_claims(hold: Hold) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # of any driver
        if sqlstate(error) != LOST:
            raise
        raise ClaimLost(
            f"job {hold.id} is no longer this attempt's: its worker was taken for dead, or the connection leads "
            "to another database",
            job_id=str(hold.id),
        ) from error
