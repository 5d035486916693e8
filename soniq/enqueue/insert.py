"""Write new jobs through whatever can run a statement: the parameters, and what the answer means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from soniq.errors import WrongDatabase
from soniq.job import NewJob
from soniq.sql import in_schema, statement

ONE: Final = statement("enqueue", "one")
MANY: Final = statement("enqueue", "many")
Rows = Sequence[Sequence[Any]]


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


@dataclass(frozen=True, slots=True)
class Insert:
    """One statement to run, and how many jobs it writes."""

    statement: str
    parameters: tuple[object, ...]
    single: bool


def insert(place: Place, jobs: Sequence[NewJob], again: bool = False) -> Insert:
    """Say what to run so that these jobs are written: one statement, however many they are.

    Args:
        place: Where they go.
        jobs: One or more.
        again: The statement may be sent a second time: it leaves alone an id that is there already.
    """
    first = jobs[0]
    if len(jobs) == 1 and first.is_for_now and place.notify and not again:
        return Insert(in_schema(ONE, place.schema), (place.installation, *_texts(first)), single=True)
    columns = [list(column) for column in zip(*map(_texts, jobs), strict=True)]
    times = ([_moment(job) for job in jobs], [_delay(job) for job in jobs])
    notify = "on" if place.notify else "off"
    return Insert(in_schema(MANY, place.schema), (place.installation, notify, *columns, *times), single=False)


def confirm(sent: Insert, rows: Rows) -> None:
    """Check the answer of an insert.

    Raises:
        WrongDatabase: The connection leads to another installation; nothing was written.
    """
    here = bool(rows) if sent.single else rows[0][0] == 1
    if not here:
        raise WrongDatabase("this connection leads to a database that holds another Soniq installation")


def _texts(job: NewJob) -> tuple[str, ...]:
    """Every value as text: it is cast in the statement, so no jsonb codec of the user's can change it."""
    return job.id, job.task, job.args, job.queue, str(job.priority), str(job.max_attempts)


def _moment(job: NewJob) -> str | None:
    return None if job.run_at is None else job.run_at.isoformat()


def _delay(job: NewJob) -> str | None:
    return None if job.delay is None else repr(job.delay.total_seconds())
