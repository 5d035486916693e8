"""Wait for an attempt no longer than it may take."""

import asyncio
from typing import Any, Final

from soniq.run.handler import EndedByHandler

# A handler that does not end when it is cancelled must not hold its slot for ever.
UNWILLING_SECONDS: Final = 5.0


class TimedOut(Exception):
    """The attempt took longer than it may."""


async def within(running: "asyncio.Future[Any]", seconds: float | None) -> Any:
    """Return the result of a running handler.

    Lighter than `asyncio.wait_for`, and it leaves behind what will not end.

    Args:
        running: A task, or a thread's future.
        seconds: How long to wait; None for as long as it takes.

    Raises:
        TimedOut: It was cancelled at its deadline, whatever it answered then.
        asyncio.CancelledError: The caller was cancelled; so was the handler.
        EndedByHandler: It raised.
    """
    loop = asyncio.get_running_loop()
    in_time: asyncio.Future[bool] = loop.create_future()
    running.add_done_callback(lambda _: _answer(in_time, True))
    timer = None if seconds is None else loop.call_later(seconds, _answer, in_time, False)
    try:
        ended = await in_time
    except asyncio.CancelledError:
        await _stop(running)
        raise
    finally:
        if timer is not None:
            timer.cancel()
    if not ended and not running.done():
        await _stop(running)
        raise TimedOut
    if running.cancelled():  # by the handler, with its last breath; never by us
        raise EndedByHandler(asyncio.CancelledError("the handler cancelled itself"))
    return running.result()


def _answer(in_time: "asyncio.Future[bool]", ended: bool) -> None:
    if not in_time.done():
        in_time.set_result(ended)


async def _stop(running: "asyncio.Future[Any]") -> None:
    running.add_done_callback(_look_at)
    running.cancel()
    await asyncio.wait([running], timeout=UNWILLING_SECONDS)


def _look_at(ended: "asyncio.Future[Any]") -> None:
    """Take note of what it raised in the end, so that asyncio does not complain that nobody did."""
    if not ended.cancelled():
        ended.exception()
