"""SIGTERM, SIGINT and SIGHUP stop a worker that is its program's main thing."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, Protocol

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stoppable(Protocol):
    """A worker, as far as signals go."""

    def give_up(self) -> None:
        """Stop without waiting for what runs."""


@contextmanager
def stop_on_signals(worker: Stoppable) -> Iterator[asyncio.Event]:
    """Set the event on the first signal; the second one makes the worker give up, a third has its usual effect.

    Works while a handler blocks the event loop, as far as Python's own signal handling does. The previous
    handlers are put back at the end, and for the third signal.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    if threading.current_thread() is not threading.main_thread():
        yield stop  # Python lets only the main thread set handlers
        return
    previous: dict[signal.Signals, Any] = {}
    later = iter((stop.set, worker.give_up))

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        act = next(later)
        if act == worker.give_up:
            restore()
        loop.call_soon_threadsafe(act)

    for number in SIGNALS:
        previous[number] = signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        restore()
