"""Assert that a job was enqueued, or was not; where it is wrong, show what was."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic_core import to_jsonable_python

from soniq.app import Soniq
from soniq.app.calls import TargetLike, merge
from soniq.errors import ArgumentsInvalid, UnknownTask
from soniq.job import Job
from soniq.task.definition import Task, TaskRef
from soniq.task.signature import read_signature
from soniq.testing.jobs import jobs_of

SHOWN_JOBS: Final = 10


async def assert_enqueued(
    app: Soniq,
    task: TargetLike,
    /,
    *,
    args: Mapping[str, object] | None = None,
    queue: str | None = None,
    connection: object | None = None,
    **kwargs: object,
) -> list[Job]:
    """Assert that a job of this task was enqueued with these arguments, and return all of which that is true.

    A job that has run since, or died, counts too.

    Args:
        app: Whose queue.
        task: A registered function, a task's name, or a `TaskRef`.
        args: Arguments that share a name with an option here.
        queue: It is in this queue.
        connection: The connection or session of an open transaction: what it has written counts already.
        kwargs: Arguments that it has, among others perhaps.

    Returns:
        The jobs, oldest first.

    Raises:
        AssertionError: There is none; the message shows the jobs that there are.
        UnknownTask: No task of that name is registered on the app.
        ArgumentsInvalid: The task takes no argument of that name.
    """
    wanted = _Wanted(_find(app, task), merge(args, kwargs), queue)
    jobs = await jobs_of(app, None, connection)
    found = [job for job in jobs if wanted.is_met_by(job)]
    if not found:
        raise AssertionError(f"no job was enqueued of {wanted}; {_shown(jobs, connection)}")
    return found


async def assert_not_enqueued(
    app: Soniq,
    task: TargetLike,
    /,
    *,
    args: Mapping[str, object] | None = None,
    queue: str | None = None,
    connection: object | None = None,
    **kwargs: object,
) -> None:
    """Assert that no job of this task was enqueued with these arguments; otherwise as `assert_enqueued`.

    Raises:
        AssertionError: There is one; the message shows it.
    """
    wanted = _Wanted(_find(app, task), merge(args, kwargs), queue)
    found = [job for job in await jobs_of(app, wanted.task, connection) if wanted.is_met_by(job)]
    if found:
        raise AssertionError(f"a job was enqueued of {wanted}; {_shown(found, connection)}")


class _Wanted:
    """What a job must be like."""

    def __init__(self, found: Task | TaskRef, args: Mapping[str, object], queue: str | None) -> None:
        self.task = found.name
        self._args = {name: _as_it_travels(value) for name, value in args.items()}
        self._queue = queue
        _check_names(found, args)

    def is_met_by(self, job: Job) -> bool:
        """Compare; what the job has beyond what is wanted does not matter."""
        if job.job_name != self.task or self._queue not in (None, job.queue):
            return False
        return all(name in job.args and job.args[name] == value for name, value in self._args.items())

    def __str__(self) -> str:
        queue = f" in queue {self._queue!r}" if self._queue else ""
        return f"task {self.task!r}{queue} with {_written(self._args)}"


def _find(app: Soniq, target: TargetLike) -> Task | TaskRef:
    if isinstance(target, TaskRef):
        return target
    if not isinstance(target, str):
        return app.registry.of(target)
    found = app.registry.find(target)
    if found is None and app.settings.enqueue_validation == "strict":
        raise UnknownTask(f"no task is named {target!r} on this app", name=target)
    return found or TaskRef(target)


def _check_names(found: Task | TaskRef, args: Mapping[str, object]) -> None:
    """Refuse a name that no job could have: of such a job, nobody can say that it is missing."""
    if not isinstance(found, Task) or found.args_model is not None:
        return
    signature = read_signature(found.name, found.handler)
    for name in args:
        if name not in signature.annotations and not signature.open_ended:
            raise ArgumentsInvalid(f"task {found.name!r}: `{name}` is no argument of this task", task=found.name)


def _as_it_travels(value: object) -> Any:
    return to_jsonable_python(value, by_alias=True, round_trip=True, bytes_mode="base64", fallback=repr)


def _shown(jobs: Sequence[Job], connection: object | None) -> str:
    where = "committed" if connection is None else "seen by this transaction"
    if not jobs:
        return f"no job at all is {where}"
    lines = [f"  {job.job_name} {_written(job.args)} {job.status} in queue {job.queue!r}" for job in jobs[:SHOWN_JOBS]]
    more = [f"  and {len(jobs) - SHOWN_JOBS:,} more"] if len(jobs) > SHOWN_JOBS else []
    return "\n".join([f"{where}:", *lines, *more])


def _written(args: Mapping[str, object]) -> str:
    return json.dumps(dict(args), ensure_ascii=False)
