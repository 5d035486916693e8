"""Write new jobs through whatever can run a statement: the parameters, and what the answer means."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from soniq.job import NewJob
from soniq.sql import in_schema, statement
from soniq.sql.place import Place

ONE: Final = statement("enqueue", "one")
MANY: Final = statement("enqueue", "many")
MANY_KEYED: Final = statement("enqueue", "many_keyed")
MANY_TRACED: Final = statement("enqueue", "many_traced")


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
    given = (place.installation, place.notifies, *columns, *times)
    keys = [job.concurrency_key for job in jobs]
    traces = [job.trace for job in jobs]
    if not any(keys) and not any(traces):
        return Insert(in_schema(MANY, place.schema), given, False)
    limits = [_limit(job) for job in jobs]
    if any(traces):
        return Insert(in_schema(MANY_TRACED, place.schema), (*given, keys, limits, traces), False)
    return Insert(in_schema(MANY_KEYED, place.schema), (*given, keys, limits), False)


def _texts(job: NewJob) -> tuple[str, ...]:
    """Every value as text: it is cast in the statement, so no jsonb codec of the user's can change it."""
    return job.id, job.task, job.args, job.queue, str(job.priority), str(job.max_attempts)


def _moment(job: NewJob) -> str | None:
    return None if job.run_at is None else job.run_at.isoformat()


def _delay(job: NewJob) -> str | None:
    return None if job.delay is None else repr(job.delay.total_seconds())


def _limit(job: NewJob) -> str | None:
    return None if job.concurrency is None else str(job.concurrency)
