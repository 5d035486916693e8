"""Write a job that nobody else has written yet, or say whose it is that is there."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from soniq.adapters.refusal import sqlstate
from soniq.enqueue.insert import parameters, seconds
from soniq.enqueue.send import repeated
from soniq.errors import UniqueBusy, UniqueConflict
from soniq.job import JobId, NewJob
from soniq.pool import ConnectionPool
from soniq.sql import in_schema, statement
from soniq.sql.place import Place, check_here

CLAIM: Final = statement("unique", "claim")
HOLDER: Final = statement("unique", "holder")

Statement = tuple[str, tuple[object, ...]]
Rows = Sequence[Any]
CONFLICTS: Final = {
    "40001": "another transaction wrote the same job after this one took its snapshot",
    "40P01": "this transaction and another one each wrote a unique job that the other one wanted, too: a deadlock",
}
LOCK_NOT_AVAILABLE: Final = "55P03"


async def write(fetch: Callable[[str, tuple[object, ...]], Awaitable[Rows]], place: Place, job: NewJob) -> JobId:
    """Write a job if it gets its key, in the transaction that `fetch` runs statements in.

    Returns:
        Its id, or that of the job which holds the key.

    Raises:
        UniqueConflict: The transaction has to be begun again.
        UniqueBusy: Another transaction that wrote the same key was open for longer than its lock time-out.
        WrongDatabase: It leads to another installation.
    """
    while True:
        with _stated(job):
            if _was_written(await fetch(*_claim(place, job))):
                return JobId(job.id)
            if found := _found(await fetch(*_holder(place, job)), job):
                return found


def write_sync(fetch: Callable[[str, tuple[object, ...]], Rows], place: Place, job: NewJob) -> JobId:
    """Do what `write` does, without an event loop."""
    while True:
        with _stated(job):
            if _was_written(fetch(*_claim(place, job))):
                return JobId(job.id)
            if found := _found(fetch(*_holder(place, job)), job):
                return found


async def send(pool: ConnectionPool, place: Place, job: NewJob) -> JobId:
    """Write a job as `write` does, in a transaction of its own, and again under the same id after a lost connection.

    It holds a connection while it waits for somebody's transaction, so others of its kind wait for their turn.

    Raises:
        DatabaseUnreachable: No try got an answer; the job may exist or not, as with any commit.
    """

    async def once() -> JobId:
        async with pool.inner() as connection:
            return await write(lambda text, given: connection.fetch(text, *given), place, job)

    async with pool.patience:
        return await repeated(once)


def _claim(place: Place, job: NewJob) -> Statement:
    assert job.unique is not None
    key, statuses, period = job.unique
    held = key, list(statuses), seconds(period)
    return in_schema(CLAIM, place.schema), (place.installation, place.notifies, *parameters(job), *held)


def _holder(place: Place, job: NewJob) -> Statement:
    assert job.unique is not None
    return in_schema(HOLDER, place.schema), (place.installation, job.task, job.unique.key)


def _was_written(rows: Rows) -> bool:
    [row] = rows
    check_here(row[0])
    return bool(row[1])


def _found(rows: Rows, job: NewJob) -> JobId | None:
    """Say whose key it is; None where it was given up between the two statements."""
    for row in rows:
        return JobId(row[0], duplicate=row[0] != job.id)
    return None


@contextmanager
def _stated(job: NewJob) -> Iterator[None]:
    """Say in our words what Postgres ends a wait for another transaction with."""
    try:
        yield
    except Exception as error:
        code = sqlstate(error)
        if code in CONFLICTS:
            raise UniqueConflict(f"task {job.task!r}: {CONFLICTS[code]}", task=job.task, sqlstate=code) from error
        if code == LOCK_NOT_AVAILABLE:
            raise UniqueBusy(
                f"task {job.task!r}: a transaction that has written the same job is open for longer than lock_timeout",
                task=job.task,
            ) from error
        raise
