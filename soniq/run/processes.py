"""The child processes of a worker: each runs one handler at a time, and can be ended at any moment."""

import asyncio
import concurrent.futures
import contextvars
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from soniq.job import JobContext
from soniq.run.baggage import pack_arguments, unpack
from soniq.run.child_process import ChildProcess
from soniq.run.messages import Answer, Aside, Logged, Order
from soniq.run.to_the_end import to_the_end
from soniq.task.importable import Place

# Between SIGTERM and SIGKILL: time for the handler's `finally`, and less than an attempt's patience.
GRACE_SECONDS: Final = 2.0


class Grip:
    """A call's hold on its process, from any thread; it ends no process that works for another call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._ended = False

    def close(self, child: ChildProcess) -> None:
        """Take hold of a process, which ends at once where the call was ended meanwhile."""
        with self._lock:
            self._child = child
            if self._ended:
                child.kill()

    def open(self) -> bool:
        """Let the process go; False where it was told to end, and is of no more use."""
        with self._lock:
            self._child = None
            return not self._ended

    def end(self, how: Callable[[ChildProcess], None]) -> None:
        """End the process, now or as soon as there is one."""
        with self._lock:
            self._ended = True
            if self._child is not None:
                how(self._child)


class Processes:
    """Starts a child when there is work for one more, and keeps it for the next call.

    A thread waits for each child that works: the thread that started a child must live as long as the child, which
    the kernel ends with it.

    Args:
        size: Handlers at once; None for one on each CPU.
    """

    def __init__(self, size: int | None = None) -> None:
        size = size or _cpus()
        self._room = asyncio.Semaphore(size)
        self._threads = ThreadPoolExecutor(size, "soniq-process")
        self._idle: list[ChildProcess] = []

    async def acquire(self) -> None:
        """Wait until a process is free for one handler; `release` it afterwards."""
        await self._room.acquire()

    def release(self) -> None:
        """Let the next one begin."""
        self._room.release()

    async def call(self, place: Place, context: JobContext, /, **arguments: Any) -> Any:
        """Call a handler in a child. A cancellation ends the child, and passes on when it is dead.

        Args:
            place: Where the child finds the handler.
            context: Takes the handler's progress.
            arguments: The handler's.

        Raises:
            ProcessDied: The child ended before the handler did.
            BaseException: What the handler raised, caused by an exception whose text is the child's traceback.
        """
        order = Order(place, pack_arguments(arguments), logging.getLogger().getEffectiveLevel())
        grip = Grip()
        run = contextvars.copy_context().run
        call = self._threads.submit(run, self._in_child, order, grip, lambda aside: _hear(aside, context))
        try:
            answer = await asyncio.shield(asyncio.wrap_future(call))
        except asyncio.CancelledError:
            await to_the_end(asyncio.create_task(_end(call, grip)))
            raise
        return unpack(answer)

    async def close(self) -> None:
        """End every child; one that still runs a handler is killed with it, by the end of its thread at the latest."""
        dismissals = [self._threads.submit(child.dismiss) for child in self._idle]
        self._idle.clear()
        await asyncio.gather(*map(asyncio.wrap_future, dismissals))
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _in_child(self, order: Order, grip: Grip, hear: Callable[[Aside], None]) -> Answer:
        child = self._free_child()
        try:
            grip.close(child)
            answer = child.ask(order, hear)
        except BaseException:
            grip.open()
            child.bury()
            raise
        if grip.open():
            self._idle.append(child)
        else:
            child.bury()
        return answer

    def _free_child(self) -> ChildProcess:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            child.bury()
        return ChildProcess()


async def _end(call: "concurrent.futures.Future[Any]", grip: Grip) -> None:
    """Ask the process to end, make it end, and wait until it has."""
    if call.cancel():
        return
    ended = asyncio.wrap_future(call)
    grip.end(ChildProcess.terminate)
    await asyncio.wait((ended,), timeout=GRACE_SECONDS)
    if not ended.done():
        grip.end(ChildProcess.kill)
        await asyncio.wait((ended,))
    ended.exception()


def _hear(aside: Aside, context: JobContext) -> None:
    if isinstance(aside, Logged):
        logger = logging.getLogger(aside.record.name)
        if logger.isEnabledFor(aside.record.levelno):
            logger.handle(aside.record)
    else:
        context.progress(aside.share, aside.note)


def _cpus() -> int:
    """Count the CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
