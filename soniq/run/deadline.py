"""Wait for an attempt no longer than it may take."""

import asyncio
from typing import Any, Final

from soniq.run.handler import EndedByHandler, Running
from soniq.run.left_behind import Execution, leave_behind
from soniq.run.to_the_end import to_the_end

# A handler that does not end when it is cancelled must not hold its slot for ever.
UNWILLING_SECONDS: Final = 5.0


class TimedOut(Exception):
    """The attempt took longer than it may."""


class StillRunning(Exception):
    """The worker gave the attempt up, and its handler goes on: nobody may run the job beside it."""

    def __init__(self, execution: Execution) -> None:
        super().__init__()
        self.execution = execution


async def within(running: Running, seconds: float | None) -> Any:
    """Return the result of a running handler.

    Lighter than `asyncio.wait_for`, and it leaves behind what will not end. The caller's first cancellation
    cancels a handler in the loop, or one that waits for a thread; one that a thread runs is waited for, as
    it could not obey, until the caller is cancelled again.

    Args:
        running: The handler.
        seconds: How long to wait; None for as long as it takes.

    Raises:
        TimedOut: It was cancelled at its deadline, whatever it answered then.
        asyncio.CancelledError: The caller was cancelled, and the handler has ended.
        StillRunning: The caller was cancelled, and the handler goes on.
        EndedByHandler: It raised.
    """
    loop = asyncio.get_running_loop()
    try:
        await _patiently(running, None if seconds is None else loop.time() + seconds)
    except asyncio.CancelledError:
        await _stop(running)
        if running.goes_on:
            raise StillRunning(leave_behind(running.execution)) from None
        raise
    if not running.future.done():
        await _stop(running)
        if running.goes_on:
            leave_behind(running.execution)
        raise TimedOut
    if running.future.cancelled():  # by the handler, with its last breath; never by us
        raise EndedByHandler(asyncio.CancelledError("the handler cancelled itself"))
    return running.future.result()


async def _patiently(running: Running, ends: float | None) -> None:
    try:
        await _end(running, ends)
    except asyncio.CancelledError:
        if not running.future.done() and (running.call is None or running.call.cancel()):
            raise
        await _end(running, ends)


async def _end(running: Running, ends: float | None) -> None:
    """Wait until it has ended, or until its time is over."""
    if running.call is None:
        await asyncio.sleep(
            0
        )  # what ends in its first step needs neither the future nor the timer: a fifth of its cost
        if running.future.done():
            return
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()
    running.future.add_done_callback(lambda _: _say(over))
    timer = None if ends is None else loop.call_at(ends, _say, over)
    try:
        await over
    finally:
        if timer is not None:
            timer.cancel()


def _say(over: "asyncio.Future[None]") -> None:
    if not over.done():
        over.set_result(None)


async def _stop(running: Running) -> None:
    """Cancel it, and give it a moment to end, also where the caller is cancelled again meanwhile."""
    running.future.add_done_callback(_look_at)
    running.future.cancel()
    await to_the_end(asyncio.create_task(asyncio.wait((running.future,), timeout=UNWILLING_SECONDS)))


def _look_at(ended: "asyncio.Future[Any]") -> None:
    """Take note of what it raised in the end, so that asyncio does not complain that nobody did."""
    if not ended.cancelled():
        ended.exception()
