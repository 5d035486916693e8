"""What an app puts around its handlers; filled at import, read afterwards."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from soniq.job.context import JobContext
from soniq.task.resource import Resource

Hook = Callable[..., Any]
CallNext = Callable[[], Awaitable[Any]]
Middleware = Callable[[JobContext, CallNext], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hooks, middleware and resources, each in the order in which they were declared.

    Attributes:
        before: Called with `job_name`, `job_id`, `attempt` before a handler.
        after: Called with `job_name`, `job_id`, `duration_ms` when it has finished.
        errors: Called with `job_name`, `job_id`, `error`, `attempt` when it has failed.
        begun: Told the numbers of an attempt that begins.
        ended: Told the numbers of one that has ended, however it did.
        middleware: Around the handler, the first one outermost.
        resources: Opened by each worker.
    """

    before: list[Hook] = field(default_factory=list)
    after: list[Hook] = field(default_factory=list)
    errors: list[Hook] = field(default_factory=list)
    begun: list[Hook] = field(default_factory=list)
    ended: list[Hook] = field(default_factory=list)
    middleware: list[Middleware] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
