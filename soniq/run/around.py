"""Call a handler inside an app's middleware."""

import asyncio
import contextvars
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from soniq.job import JobContext
from soniq.run.handler import EndedByHandler, Running, called, guarded, is_asynchronous
from soniq.task.definition import Handler
from soniq.task.surroundings import CallNext, Middleware


def start_inside(
    middleware: Sequence[Middleware],
    context: JobContext,
    handler: Handler,
    arguments: dict[str, Any],
    threads: ThreadPoolExecutor,
) -> Running:
    """Set a handler going as `handler.start` does, with middleware around it, the first one outermost.

    What the handler raises reaches the middleware as it is; what leaves the outermost one is the attempt's.
    """
    calls: list[Future[Any]] = []
    call_next: CallNext = partial(_innermost, handler, arguments, threads, calls)
    for one in reversed(middleware):
        call_next = partial(one, context, call_next)
    return Running(asyncio.get_running_loop().create_task(guarded(call_next, {})), calls)


async def _innermost(
    handler: Handler, arguments: dict[str, Any], threads: ThreadPoolExecutor, calls: "list[Future[Any]]"
) -> Any:
    if is_asynchronous(handler):
        return await handler(**arguments)
    call = threads.submit(contextvars.copy_context().run, called, handler, arguments)
    calls.append(call)
    try:
        result = await asyncio.wrap_future(call)
    except EndedByHandler as ended:
        raised = ended.error
    else:
        return await result if issubclass(type(result), Coroutine) else result
    raise raised
