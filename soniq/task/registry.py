"""The tasks of one app, by name, and what stands around them."""

from collections.abc import Callable, Iterator

from soniq.errors import DuplicateTask, UnknownTask
from soniq.job import NewSchedule
from soniq.job.tracing import Tracing
from soniq.task.definition import Handler, Task, check_name
from soniq.task.policy import RetryPolicy
from soniq.task.surroundings import Surroundings


class Registry:
    """The tasks that an app knows; filled at import, read afterwards.

    Attributes:
        around: What the app puts around their handlers.
        schedules: Those that the code declares, by name.
        retry_policy: Asked about the retries of tasks that name no delay, None where there is none.
        tracing: Around its enqueues and attempts, None where nothing is traced.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._tasks: dict[str, Task] = {}
        self._by_handler: dict[Handler, Task] = {}
        self.around = Surroundings()
        self.schedules: dict[str, NewSchedule] = {}
        self.retry_policy: RetryPolicy | None = None
        self.tracing: Tracing | None = None

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks.values())

    def __len__(self) -> int:
        return len(self._tasks)

    def add(self, task: Task) -> None:
        """Register a task.

        Raises:
            InvalidTaskName: Its name does not match the pattern.
            DuplicateTask: Another handler has that name. The same function again, as a notebook's
                cell that runs twice defines it, takes the place of the first.
        """
        check_name(task.name, self._pattern)
        known = self._tasks.get(task.name)
        if known is not None and _origin(known.handler) != _origin(task.handler):
            raise DuplicateTask(f"two handlers are named {task.name!r}", name=task.name)
        self._tasks[task.name] = task
        self._by_handler[task.handler] = task

    def find(self, name: str) -> Task | None:
        """Return the task of that name, None where there is none."""
        return self._tasks.get(name)

    def of(self, handler: Callable[..., object]) -> Task:
        """Return the task that a decorated function, or the plain function behind it, belongs to.

        Raises:
            UnknownTask: The function was not registered on this app.
        """
        plain = getattr(handler, "__wrapped__", handler)
        task = self._by_handler.get(plain) or self._by_handler.get(handler)
        if task is not None:
            return task
        raise UnknownTask(f"{_origin(plain)} is not registered: decorate it with @app.job()")


def _origin(handler: Callable[..., object]) -> str:
    module = getattr(handler, "__module__", "?")
    return f"{module}.{getattr(handler, '__qualname__', repr(handler))}"
