"""Run one attempt of a job to its outcome, whatever the handler does."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, Final

from soniq.errors import ArgumentsInvalid, ProcessDied, ResourceFailed
from soniq.job import Claim, Directive, Failed, Finished, HandedBack, JobContext, Outcome
from soniq.run.around import start_inside
from soniq.run.deadline import TimedOut, within
from soniq.run.directive import obeyed
from soniq.run.handler import EndedByHandler, Running, go_on, guarded, start
from soniq.run.heed import heed
from soniq.run.processes import Processes
from soniq.run.result import UNRUN, encode_result
from soniq.run.safe_text import describe, trace
from soniq.task.arguments import decode
from soniq.task.definition import Handler, Retries, Task
from soniq.task.importable import place_of
from soniq.task.resource import Resource
from soniq.task.surroundings import Middleware

# Long enough for another worker to have it first.
NO_THREAD_DELAY: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What one worker runs handlers with.

    Attributes:
        threads: Where synchronous handlers run.
        around: The app's middleware.
        opened: The resources that handlers may ask for.
        processes: Where those marked `process=True` run.
    """

    threads: ThreadPoolExecutor
    around: Sequence[Middleware] = ()
    opened: Mapping[Resource, Any] = field(default_factory=dict)
    processes: Processes = field(default_factory=Processes)


async def execute(
    task: Task, claim: Claim, context: JobContext, equipment: Equipment, timeout: timedelta | None
) -> Outcome:
    """Run the handler once.

    Every way in which it can end is an outcome: a result, an exception of any kind (SystemExit and a
    CancelledError of its own included), a time-out, arguments that no longer fit. After a time-out an
    asynchronous handler is cancelled and given five seconds to end, then left behind; a synchronous
    one runs on in its thread, and the attempt counts as failed all the same. One that waited all that
    time for a thread has not begun, so the job is handed back and spends no attempt. One in a process is
    ended with its process, and its time begins when a process is free for it.

    Args:
        task: Whose handler.
        claim: The job in hand.
        context: For the handler's parameters of that type.
        equipment: What it runs with.
        timeout: How long the attempt may take, its middleware included; None for no limit.

    Raises:
        asyncio.CancelledError: The worker cancelled the attempt, as at shutdown, and the handler has ended.
        StillRunning: The same, and it goes on. One in a thread is waited for until the second cancellation.
    """
    try:
        arguments = decode(task, claim.args, context, equipment.opened)
    except (ArgumentsInvalid, ResourceFailed) as error:
        return Failed(describe(error), "", retryable=False, reason="invalid_arguments", cause=error)
    except BaseException as error:  # noqa: BLE001  # around the validators of the user's models
        return Failed(describe(error), trace(error), retryable=False, reason="invalid_arguments", cause=error)
    seconds = None if timeout is None else timeout.total_seconds()
    if not task.process:
        return await _call(task, task.handler, arguments, context, equipment, seconds)
    try:
        await _turn(equipment.processes, context)
    except EndedByHandler as ended:
        return _raised(ended.error, task.retries)
    try:
        handler = partial(equipment.processes.call, place_of(task.handler), context)
        return await _call(task, handler, arguments, context, equipment, seconds)
    finally:
        equipment.processes.release()


async def _turn(processes: Processes, context: JobContext) -> None:
    """Wait for a process, however long, unless the job is cancelled meanwhile."""
    waiting = Running(asyncio.get_running_loop().create_task(guarded(processes.acquire, {})))
    heed(context, waiting)
    await within(waiting, None)


async def _call(  # what `execute` found out
    task: Task,
    handler: Handler,
    arguments: dict[str, Any],
    context: JobContext,
    equipment: Equipment,
    seconds: float | None,
) -> Outcome:
    try:
        if equipment.around:
            running = start_inside(equipment.around, context, handler, arguments, equipment.threads)
        else:
            running = start(handler, arguments, equipment.threads)
    except RuntimeError:
        return HandedBack(timedelta(), "the worker's threads have ended")
    return await _outcome(running, context, task.retries, seconds)


async def _outcome(running: Running, context: JobContext, retries: Retries, seconds: float | None) -> Outcome:
    loop = asyncio.get_running_loop()
    ends = None if seconds is None else loop.time() + seconds
    try:
        heed(context, running)
        result = await within(running, seconds)
        if running.call is not None and issubclass(type(result), Coroutine):
            running = go_on(result)
            heed(context, running)
            result = await within(running, None if ends is None else max(0.0, ends - loop.time()))
        return _returned(result)
    except TimedOut:
        if running.never_began:
            return HandedBack(NO_THREAD_DELAY, "no thread was free for it: see SONIQ_SYNC_HANDLER_POOL_SIZE")
        thread = "" if running.call is None else "; its thread runs on"
        late = TimeoutError(f"the attempt took longer than {seconds:g} s{thread}")
        return Failed(describe(late), "", reason="timeout", cause=late)
    except EndedByHandler as ended:
        return _raised(ended.error, retries)


def _returned(result: Any) -> Outcome:
    # By its type: an object may say anything of its own `__class__`.
    if result is None:
        return Finished(None)
    kind = type(result)
    if issubclass(kind, Directive):
        return obeyed(result, "")
    if issubclass(kind, UNRUN):
        if issubclass(kind, Coroutine):
            result.close()
        return Failed(
            f"TypeError: the handler returned a {kind.__name__} and ran nothing of it; write `async def` and `await`",
            "",
            retryable=False,
            reason="permanent_failure",
        )
    return Finished(encode_result(result))


def _raised(error: BaseException, retries: Retries) -> Outcome:
    if issubclass(type(error), Directive):
        return obeyed(error, trace(error))
    if retries.allows(type(error)) or _is_death(error, retries):
        return Failed(describe(error), trace(error), cause=error)
    return Failed(describe(error), trace(error), retryable=False, reason="permanent_failure", cause=error)


def _is_death(error: BaseException, retries: Retries) -> bool:
    """Say whether a process died, which no handler raises, so that it may be tried again as a time-out may."""
    return issubclass(type(error), ProcessDied) and not issubclass(type(error), retries.never_on)
