"""A registered handler with its options, and a reference to one that lives elsewhere."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel

from soniq.errors import InvalidTaskName
from soniq.task.limit import Limit
from soniq.task.unique import Rule

Handler = Callable[..., Any]
DEFAULT_PATTERN: Final = r"^[A-Za-z_][A-Za-z0-9_.:<>-]{0,199}$"
# Three centuries: what a doubled delay may come to without leaving the range of Postgres' timestamps.
LONGEST_DELAY_SECONDS: Final = 1e10


@dataclass(frozen=True, slots=True)
class Retries:
    """When a failed attempt is tried again.

    Attributes:
        limit: Further runs after the first, at most.
        delays: Seconds before the 1st, 2nd, … retry; the last one holds for all that follow. Empty where the task
            names none: the app's policy says, and without one the retry is at once.
        backoff: Double the delay with every retry.
        max_delay: Seconds at most, None for no bound.
        jitter: Spread of the delay as a share of it, so that what failed together does not return together.
        only_on: What may be tried again; None for whatever was raised.
        never_on: What may not, also where `only_on` names a class that it belongs to.
    """

    limit: int = 3
    delays: tuple[float, ...] = (0.0,)
    backoff: bool = False
    max_delay: float | None = None
    jitter: float = 0.1
    only_on: tuple[type[BaseException], ...] | None = None
    never_on: tuple[type[BaseException], ...] = ()

    def allows(self, kind: type[BaseException]) -> bool:
        """Say whether an attempt that ended with an exception of this class may be followed by another."""
        if issubclass(kind, self.never_on):
            return False
        return self.only_on is None or issubclass(kind, self.only_on)

    def delay(self, attempt: int, chance: float) -> timedelta:
        """Say how long to wait after failed attempt number `attempt`, counted from 1.

        Args:
            attempt: The attempt that failed.
            chance: A number from 0 to 1 that places the delay within its jitter.
        """
        seconds = self.delays[min(attempt, len(self.delays)) - 1] if self.delays else 0.0
        if self.backoff:
            seconds *= 2.0 ** min(attempt - 1, 60)
        if self.max_delay is not None:
            seconds = min(seconds, self.max_delay)
        seconds = min(seconds, LONGEST_DELAY_SECONDS)
        return timedelta(seconds=seconds * (1 + self.jitter * (2 * chance - 1)))


@dataclass(frozen=True, slots=True)
class Task:
    """A handler under its name.

    Attributes:
        name: What the row carries; unique within an app.
        handler: The function itself.
        queue: Where its jobs go unless a call says otherwise.
        priority: 1 to 1000, lower first.
        retries: When a failed attempt is tried again.
        timeout: Seconds an attempt may take; None for the app's setting, 0 for no limit.
        transactional: Refuse an enqueue without `connection=`.
        args_model: A pydantic model that checks the arguments in place of the annotations.
        limit: How many of its jobs run at once, over all workers; None for any number.
        result_ttl: Seconds for which a result can be read, 0 to keep none; None for as long as the history.
        process: Run it in a child process of the worker, which can be ended at any moment.
        unique: Which of its jobs count as the same, and for how long; None where none do.
    """

    name: str
    handler: Handler
    queue: str = "default"
    priority: int = 100
    retries: Retries = field(default_factory=Retries)
    timeout: float | None = None
    transactional: bool = False
    args_model: type[BaseModel] | None = None
    limit: Limit | None = None
    result_ttl: float | None = None
    process: bool = False
    unique: Rule | None = None


@dataclass(frozen=True, slots=True)
class TaskRef:
    """A task that another service runs: its name, and what its arguments must look like.

    Attributes:
        name: The name under which the other service registered it.
        args_model: A pydantic model for the arguments; None checks only that they travel as JSON.
        default_queue: Where its jobs go unless a call says otherwise.
    """

    name: str
    args_model: type[BaseModel] | None = None
    default_queue: str | None = None

    def with_default_queue(self, queue: str) -> "TaskRef":
        """Return the same reference for another queue."""
        return replace(self, default_queue=queue)


def task_ref(
    *,
    name: str,
    args_model: type[BaseModel] | None = None,
    default_queue: str | None = None,
    pattern: str | None = None,
) -> TaskRef:
    """Describe a task that is registered in another service, to enqueue it from here.

    Args:
        name: Its name there.
        args_model: A pydantic model that its arguments must fit.
        default_queue: Its queue, unless a call says otherwise.
        pattern: What the name must match; the default pattern where None.

    Raises:
        InvalidTaskName: The name does not match.
    """
    check_name(name, pattern or DEFAULT_PATTERN)
    return TaskRef(name, args_model, default_queue)


def check_name(name: object, pattern: str) -> None:
    """Refuse a name that the pattern does not match.

    Raises:
        InvalidTaskName: It does not match.
    """
    if not isinstance(name, str) or not re.search(pattern, name):
        raise InvalidTaskName(f"{name!r} does not match {pattern}", name=name, pattern=pattern)
