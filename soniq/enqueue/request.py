"""Turn a checked call into the value that will be a row; touches nothing outside."""

from collections.abc import Mapping
from dataclasses import dataclass

from soniq.enqueue.options import Options, check_priority, check_queue, check_when
from soniq.job import NewJob
from soniq.task.arguments import encode, encode_plain
from soniq.task.definition import Task, TaskRef


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the app says where neither the call nor the task does.

    Attributes:
        priority: For a task that is not registered here.
        max_retries: For a task that is not registered here.
        payload_limit_bytes: Arguments of one job at most.
    """

    priority: int = 100
    max_retries: int = 3
    payload_limit_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """What to run: a task of this app, or one that only its name is known of.

    Attributes:
        name: The task's name.
        task: Its definition, None where another service runs it.
        ref: How its arguments should look, None where nothing is known.
    """

    name: str
    task: Task | None = None
    ref: TaskRef | None = None


def request(id: str, target: Target, given: Mapping[str, object], options: Options, defaults: Defaults) -> NewJob:
    """Check a call and encode it.

    Raises:
        ArgumentsInvalid: An argument is missing, surplus, of another type, or cannot travel as JSON.
        OptionInvalid: An option is out of range.
    """
    run_at, delay = check_when(options.scheduled_at)
    task = target.task
    return NewJob(
        id=id,
        task=target.name,
        args=_encoded(target, given, defaults.payload_limit_bytes),
        queue=_queue(target) if options.queue is None else check_queue(options.queue),
        priority=_priority(target, defaults) if options.priority is None else check_priority(options.priority),
        max_attempts=1 + (task.retries.limit if task else defaults.max_retries),
        run_at=run_at,
        delay=delay,
    )


def _queue(target: Target) -> str:
    if target.task is not None:
        return target.task.queue
    if target.ref is not None and target.ref.default_queue is not None:
        return target.ref.default_queue
    return "default"


def _priority(target: Target, defaults: Defaults) -> int:
    return defaults.priority if target.task is None else target.task.priority


def _encoded(target: Target, given: Mapping[str, object], limit_bytes: int) -> str:
    if target.task is not None:
        return encode(target.task, given, limit_bytes)
    model = target.ref.args_model if target.ref else None
    return encode_plain(target.name, given, model, limit_bytes)
