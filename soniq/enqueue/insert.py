"""Write new jobs through whatever can run a statement: the parameters, and what the answer means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from soniq.errors import WrongDatabase
from soniq.job import NewJob
from soniq.sql import in_schema, statement

ONE: Final = statement("enqueue", "one")
MANY: Final = statement("enqueue", "many")
MANY_KEYED: Final = statement("enqueue", "many_keyed")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the jobs go.

    Attributes:
        schema: The Postgres schema.
        installation: The id that the app read when it was opened.
        notify: Wake sleeping workers.
    """

    schema: str
    installation: str
    notify: bool = True


class Insert(NamedTuple):
    """One statement to run.

    Attributes:
        statement: Its text.
        parameters: For it.
        counted: How many rows it writes says whether it found the right database; otherwise its one row says so.
    """

    statement: str
    parameters: tuple[object, ...]
    counted: bool


def insert(place: Place, jobs: Sequence[NewJob], again: bool = False) -> Insert:
    """Say what to run so that these jobs are written: one statement, however many they are.

    Args:
        place: Where they go.
        jobs: One or more.
        again: The statement may be sent a second time: it leaves alone an id that is there already.
    """
    first = jobs[0]
    if place.notify and len(jobs) == 1 and first.is_plain and not again:
        return Insert(in_schema(ONE, place.schema), (place.installation, *_texts(first)), True)
    columns = [list(column) for column in zip(*map(_texts, jobs), strict=True)]
    times = ([_moment(job) for job in jobs], [_delay(job) for job in jobs])
    notify = "on" if place.notify else "off"
    given = (place.installation, notify, *columns, *times)
    keys = [job.concurrency_key for job in jobs]
    if not any(keys):
        return Insert(in_schema(MANY, place.schema), given, False)
    limits = [_limit(job) for job in jobs]
    return Insert(in_schema(MANY_KEYED, place.schema), (*given, keys, limits), False)


def check_here(count: int) -> None:
    """Check the answer of an insert.

    Args:
        count: Rows that a counted one wrote, or what the row of another one says.

    Raises:
        WrongDatabase: None: the connection leads to another installation, and nothing was written.
    """
    if not count:
        raise WrongDatabase("this connection leads to a database that holds another Soniq installation")


def _texts(job: NewJob) -> tuple[str, ...]:
    """Every value as text: it is cast in the statement, so no jsonb codec of the user's can change it."""
    return job.id, job.task, job.args, job.queue, str(job.priority), str(job.max_attempts)


def _moment(job: NewJob) -> str | None:
    return None if job.run_at is None else job.run_at.isoformat()


def _delay(job: NewJob) -> str | None:
    return None if job.delay is None else repr(job.delay.total_seconds())


def _limit(job: NewJob) -> str | None:
    return None if job.concurrency is None else str(job.concurrency)
