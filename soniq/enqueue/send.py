"""Write jobs on Soniq's own connections, in a transaction of their own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from soniq.enqueue.insert import insert_many
from soniq.job import NewJob
from soniq.pool import BAD_DATA, LOST, ConnectionPool, unreachable
from soniq.sql.place import Place, check_here

T = TypeVar("T")
# A restart of the server takes seconds: tries at 0, 0.1, 0.3, 0.7, … seconds, about 6 in all.
PAUSES_SECONDS: Final = tuple(0.1 * 2**tries for tries in range(6))


async def send(pool: ConnectionPool, place: Place, jobs: Sequence[NewJob]) -> None:
    """Commit the jobs. After a lost connection they are sent again under the same ids, which writes each once.

    Raises:
        DatabaseUnreachable: No try got an answer; the jobs may exist or not, as with any commit.
        WrongDatabase: The pool leads to another installation than when the app was opened.
    """
    again = False

    async def once() -> None:
        nonlocal again
        sent, again = insert_many(place, jobs, again), True
        async with pool.inner() as connection:
            [row] = await connection.fetch(sent.statement, *sent.parameters)
        check_here(row["here"])

    await repeated(once)


async def repeated(once: Callable[[], Awaitable[T]]) -> T:
    """Return what a call returns that may be made again after a lost connection.

    Raises:
        DatabaseUnreachable: No try got an answer.
    """
    for pause in (*PAUSES_SECONDS, None):
        try:
            return await once()
        except LOST as error:
            if pause is None:
                raise unreachable(error) from error
            await asyncio.sleep(pause)
    raise AssertionError("the last try returns or raises")


def is_data_error(error: BaseException) -> bool:
    """Whether a statement failed on the data of one of its jobs, so that the others may be sent alone."""
    return isinstance(error, BAD_DATA)
