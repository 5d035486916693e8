"""Call a handler: in the worker's loop where it is asynchronous, in a thread where it is not."""

import asyncio
import concurrent.futures
import contextvars
import inspect
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import Any, NamedTuple

from soniq.run.left_behind import Execution
from soniq.task.definition import Handler


class EndedByHandler(Exception):
    """Carries whatever a handler raised past asyncio, which gives some exceptions a meaning of its own."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Running(NamedTuple):
    """A handler that was set going.

    Attributes:
        future: Its task, or what its thread will say.
        calls: Its places in the thread pool, the last one counts; none where it runs in the loop, or has not
            been called yet.
    """

    future: "asyncio.Future[Any]"
    calls: "Sequence[concurrent.futures.Future[Any]]" = ()

    @property
    def call(self) -> "concurrent.futures.Future[Any] | None":
        """Its place in the thread pool, None where it has none."""
        return self.calls[-1] if self.calls else None

    @property
    def execution(self) -> Execution:
        """What ends when the handler has, whoever still waits for it."""
        return self.future if self.call is None else self.call

    @property
    def goes_on(self) -> bool:
        """Whether the handler has not ended."""
        return not self.execution.done()

    @property
    def never_began(self) -> bool:
        """Whether it was given up while it still waited for a thread."""
        return self.call is not None and self.call.cancelled()


def is_asynchronous(handler: Handler) -> bool:
    """Say whether calling it makes a coroutine: also for partials, methods and callable objects."""
    target: Any = handler
    while isinstance(target, partial):  # which may hold a job's own values, and is not remembered
        target = target.func
    return _is_asynchronous(target) if target is handler else _is_asynchronous.__wrapped__(target)


@lru_cache(maxsize=4096)
def _is_asynchronous(target: Handler) -> bool:
    if inspect.iscoroutinefunction(target):
        return True
    return inspect.iscoroutinefunction(getattr(target, "__call__", None))  # noqa: B004  # its kind, not whether


def start(handler: Handler, arguments: dict[str, Any], threads: ThreadPoolExecutor) -> Running:
    """Set a handler going, as a task of its own or in a thread; both see the caller's context variables.

    The future's exception is `EndedByHandler`, whatever was raised: SystemExit would stop the loop,
    StopIteration cannot be set on a future, a CancelledError of its own would look like ours.

    Raises:
        RuntimeError: The threads were let go.
    """
    if is_asynchronous(handler):
        return Running(asyncio.get_running_loop().create_task(guarded(handler, arguments)))
    context = contextvars.copy_context()
    call = threads.submit(context.run, called, handler, arguments)
    return Running(asyncio.wrap_future(call), [call])


def go_on(coroutine: Coroutine[Any, Any, Any]) -> Running:
    """Await what a plain function returned: a decorator's wrapper around an asynchronous handler does that.

    Raises:
        asyncio.CancelledError: The caller was cancelled while the function ran in its thread.
    """
    caller = asyncio.current_task()
    if caller is not None and caller.cancelling():
        coroutine.close()
        raise asyncio.CancelledError
    return Running(asyncio.get_running_loop().create_task(guarded(lambda: coroutine, {})))


async def guarded(handler: Handler, arguments: dict[str, Any]) -> Any:
    """Await a handler; whatever it raises comes out as `EndedByHandler`."""
    try:
        return await handler(**arguments)
    except BaseException as error:  # noqa: BLE001  # around the user's handler: see `start`
        raise EndedByHandler(_from_handler(error)) from None


def called(handler: Handler, arguments: dict[str, Any]) -> Any:
    """Call a plain handler; whatever it raises comes out as `EndedByHandler`."""
    try:
        return handler(**arguments)
    except BaseException as error:  # noqa: BLE001  # around the user's handler: see `start`
        raise EndedByHandler(_from_handler(error)) from None


def _from_handler(error: BaseException) -> BaseException:
    """Begin the traceback in the handler, not in this file."""
    return error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
