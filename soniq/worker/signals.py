"""SIGTERM, SIGINT and SIGHUP stop the workers of a program whose main thing they are."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final, Protocol

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LAST: Final = 2  # the signals after it have their usual effect


class Stoppable(Protocol):
    """A worker, as far as signals go."""

    def give_up(self) -> None:
        """Stop without waiting for what runs."""


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    """A worker that is to be told, in the loop that it runs in."""

    worker: Stoppable
    stop: asyncio.Event
    loop: asyncio.AbstractEventLoop
    in_main_thread: bool

    def tell(self, signals: int) -> None:
        act = self.stop.set if signals < LAST else self.worker.give_up
        with suppress(RuntimeError):  # a loop of another thread may have closed by now
            self.loop.call_soon_threadsafe(act)


class _Switchboard:
    """The process's handlers: set with the first worker, put back with the last, and heard by all in between.

    No lock: a handler interrupts the main thread anywhere, so it would wait for itself. Each step here is
    one operation that no signal and no thread can cut in two.
    """

    def __init__(self) -> None:
        self._listeners: list[_Listener] = []
        self._previous: dict[signal.Signals, Any] = {}
        self._signals = 0

    def add(self, listener: _Listener) -> None:
        first = not any(each.in_main_thread for each in self._listeners)
        self._listeners.append(listener)
        if listener.in_main_thread and first:  # Python lets only the main thread set handlers
            for number in SIGNALS:
                self._previous[number] = signal.signal(number, self._on_signal)
        for signals in range(1, self._signals + 1):  # the program is ending: who comes late ends with it
            listener.tell(signals)

    def remove(self, listener: _Listener) -> None:
        self._listeners.remove(listener)
        if listener.in_main_thread and not any(each.in_main_thread for each in self._listeners):
            self._put_back()
            self._signals = 0

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
        if self._signals == LAST:
            self._put_back()
        for listener in list(self._listeners):
            listener.tell(self._signals)

    def _put_back(self) -> None:
        while self._previous:
            number, handler = self._previous.popitem()
            signal.signal(number, handler)


_switchboard: Final = _Switchboard()


@contextmanager
def stop_on_signals(worker: Stoppable) -> Iterator[asyncio.Event]:
    """Set the event on the first signal; the second one makes the worker give up, a third has its usual effect.

    All workers of the process hear each signal, whichever was started first; one outside the main thread,
    where Python sets no handlers, hears them while there is one inside it. Works while a handler blocks the
    event loop, as far as Python's own signal handling does. The previous handlers are put back with the last
    worker, and for the third signal.
    """
    main = threading.current_thread() is threading.main_thread()
    listener = _Listener(worker, asyncio.Event(), asyncio.get_running_loop(), main)
    _switchboard.add(listener)
    try:
        yield listener.stop
    finally:
        _switchboard.remove(listener)
