"""Write jobs on Soniq's own connections, in a transaction of their own."""

import asyncio
from collections.abc import Sequence
from typing import Final

from soniq.enqueue.insert import insert
from soniq.job import NewJob
from soniq.pool import BAD_DATA, LOST, ConnectionPool, unreachable
from soniq.sql.place import Place, check_here

# A restart of the server takes seconds: tries at 0, 0.1, 0.3, 0.7, … seconds, about 6 in all.
TRIES: Final = 7
FIRST_PAUSE_SECONDS: Final = 0.1


async def send(pool: ConnectionPool, place: Place, jobs: Sequence[NewJob]) -> None:
    """Commit the jobs. After a lost connection they are sent again under the same ids, which writes each once.

    Raises:
        DatabaseUnreachable: No try got an answer; the jobs may exist or not, as with any commit.
        WrongDatabase: The pool leads to another installation than when the app was opened.
    """
    sent = insert(place, jobs, again=True)
    pause = FIRST_PAUSE_SECONDS
    for remaining in reversed(range(TRIES)):
        try:
            async with pool.inner() as connection:
                [row] = await connection.fetch(sent.statement, *sent.parameters)
            check_here(row["here"])
            return
        except LOST as error:
            if not remaining:
                raise unreachable(error) from error
        await asyncio.sleep(pause)
        pause *= 2


def is_data_error(error: BaseException) -> bool:
    """Whether a statement failed on the data of one of its jobs, so that the others may be sent alone."""
    return isinstance(error, BAD_DATA)
