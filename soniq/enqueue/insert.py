"""Write new jobs through whatever can run a statement: the parameters, and what the answer means."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple, TypeVar

from soniq.job import NewJob
from soniq.sql import in_schema, statement
from soniq.sql.place import Place

T = TypeVar("T")
ONE: Final = statement("enqueue", "one")
MANY: Final = statement("enqueue", "many")
MANY_WHOLE: Final = statement("enqueue", "many_whole")


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


def insert(place: Place, jobs: Sequence[NewJob]) -> Insert:
    """Say what to run so that these jobs are written: one statement, however many they are.

    Args:
        place: Where they go.
        jobs: One or more.
    """
    first = jobs[0]
    if place.notify and len(jobs) == 1 and first.is_plain:
        return Insert(in_schema(ONE, place.schema), (place.installation, *_texts(first)), True)
    return insert_many(place, jobs)


def insert_many(place: Place, jobs: Sequence[NewJob], again: bool = False) -> Insert:
    """Say the same, in a statement whose one row is the answer.

    Args:
        place: Where they go.
        jobs: One or more.
        again: They may be there already: then an id that is there is left alone.
    """
    columns = [list(column) for column in zip(*map(parameters, jobs), strict=True)]
    ids, tasks, args, *others, keys, _limits, traces = columns
    here = (place.installation, place.notifies)
    if again or any(keys) or any(traces):
        return Insert(in_schema(MANY_WHOLE, place.schema), (*here, *columns), False)
    given = (ids, _once(tasks), args, *map(_once, others))
    return Insert(in_schema(MANY, place.schema), (*here, *given), False)


def _once(column: list[T]) -> list[T]:
    """Say a column once in which all are alike: the driver and the server look at each element."""
    return column[:1] if column.count(column[0]) == len(column) else column


def parameters(job: NewJob) -> tuple[str | None, ...]:
    """Say a job as every statement but `one` takes it, from its id to its trace; as text, see `_texts`."""
    return (
        *_texts(job),
        None if job.run_at is None else job.run_at.isoformat(),
        seconds(job.delay),
        job.concurrency_key,
        None if job.concurrency is None else str(job.concurrency),
        job.trace,
    )


def seconds(span: timedelta | None) -> str | None:
    """Say a span of time as text."""
    return None if span is None else repr(span.total_seconds())


def _texts(job: NewJob) -> tuple[str, ...]:
    """Every value as text: it is cast in the statement, so no jsonb codec of the user's can change it."""
    return job.id, job.task, job.args, job.queue, str(job.priority), str(job.max_attempts)
