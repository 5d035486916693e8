"""Turn a checked call into the value that will be a row; touches nothing outside."""

from collections.abc import Mapping
from dataclasses import dataclass

from soniq.enqueue.options import Options, check_priority, check_queue, check_when
from soniq.job import NewJob
from soniq.task import unique
from soniq.task.arguments import encode, encode_plain
from soniq.task.definition import Task, TaskRef
from soniq.task.key import check_key
from soniq.task.limit import KEY, Limit, check_concurrency, key_of


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


def request(
    id: str, target: Task | TaskRef, given: Mapping[str, object], options: Options, defaults: Defaults
) -> NewJob:
    """Check a call and encode it.

    Args:
        id: Of the job.
        target: A task of this app, or what is known of one that another service runs.
        given: Its arguments by name.
        options: What the call says about its job.
        defaults: For what neither the call nor the target says.

    Raises:
        ArgumentsInvalid: An argument is missing, surplus, of another type, or cannot travel as JSON.
        OptionInvalid: An option is out of range.
    """
    queue, priority, run_at, delay = options.queue, options.priority, None, None
    if options.scheduled_at is not None:
        run_at, delay = check_when(options.scheduled_at)
    if isinstance(target, Task):
        args = encode(target, given, defaults.payload_limit_bytes)
        own_queue, own_priority, retries, limit = target.queue, target.priority, target.retries.limit, target.limit
        rule = target.unique
    else:
        args = encode_plain(target.name, given, target.args_model, defaults.payload_limit_bytes)
        own_queue, own_priority, retries = target.default_queue or "default", defaults.priority, defaults.max_retries
        limit = rule = None
    key, concurrency = options.concurrency_key, options.concurrency
    if key is not None or concurrency is not None or limit is not None:
        key, concurrency = _limited(target.name, options, limit, args)
    held = None
    if options.unique is not None or options.dedup_key is not None or rule is not None:
        held = unique.key_of(target.name, rule, options.unique, options.dedup_key, args)
    return NewJob(
        id,
        target.name,
        args,
        own_queue if queue is None else check_queue(queue),
        own_priority if priority is None else check_priority(priority),
        1 + retries,
        run_at,
        delay,
        key,
        concurrency,
        held,
    )


def _limited(task: str, options: Options, limit: Limit | None, args: str) -> tuple[str, int]:
    """Say the key of a job and its limit: what the call says, and for the rest what the task does."""
    own = limit or Limit(1)
    key = key_of(task, own, args) if options.concurrency_key is None else check_key(options.concurrency_key, KEY)
    return key, own.concurrency if options.concurrency is None else check_concurrency(options.concurrency)
