"""Several workers, a process each: started, told what the parent is told, and started again when one dies."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
LOOK_SECONDS: Final = 0.5


class Nursery:
    """Keeps child processes running until it is told to stop.

    Each holds one end of a pipe whose other end is only ours: it ends with us, whatever ends us.

    Args:
        command: What the child of a number runs, given the number of its descriptor.
        again: Whether one that ends by itself is started again.
    """

    def __init__(self, command: Callable[[int, int], Sequence[str]], again: bool) -> None:
        self._command = command
        self._again = again
        self._children: set[asyncio.subprocess.Process] = set()
        self._stopping = asyncio.Event()
        self._ours_to_read, self._ours_alone = os.pipe()

    async def run(self, number: int, reload: bool) -> int:
        """Run so many until a signal or their end, and return the worst exit status.

        Args:
            number: How many.
            reload: Start them anew whenever a Python file below this folder changes.
        """
        loop = asyncio.get_running_loop()
        for each in SIGNALS:
            loop.add_signal_handler(each, self._tell, each)
        watching = asyncio.create_task(self._watch()) if reload else None
        statuses = await asyncio.gather(*(self._keep(index) for index in range(number)))
        if watching is not None:
            watching.cancel()
        for each in SIGNALS:
            loop.remove_signal_handler(each)
        return max(statuses)

    def _tell(self, number: signal.Signals) -> None:
        self._stopping.set()
        self._send(number)

    def _send(self, number: signal.Signals) -> None:
        for child in self._children:
            child.send_signal(number)

    async def _keep(self, index: int) -> int:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            status = await self._run_one(index)
            if self._stopping.is_set() or not self._again:
                return status
            if not status or time.monotonic() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            click.echo(f"soniq worker: process {index + 1} ended with {status}; again in {pause:g} s", err=True)
            if await self._stopped_within(pause):
                return status
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run_one(self, index: int) -> int:
        # A session of its own: Ctrl-C of the terminal reaches us alone, and each child once, from us.
        child = await asyncio.create_subprocess_exec(
            *self._command(index, self._ours_to_read), pass_fds=[self._ours_to_read], start_new_session=True
        )
        self._children.add(child)
        if self._stopping.is_set():
            child.terminate()  # the signal came while it was born
        status = await child.wait()
        self._children.discard(child)
        return status if status >= 0 else 128 - status  # as shells report a signal

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def _watch(self) -> None:
        seen = _stamps()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = await asyncio.to_thread(_stamps)
            if now != seen:
                seen = now
                self._send(signal.SIGTERM)


def _stamps() -> dict[str, float]:
    """Say when each Python file below this folder was changed; hidden folders are left out."""
    found: dict[str, float] = {}
    for folder, folders, names in os.walk("."):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__", "node_modules"))]
        for name in names:
            if name.endswith(".py"):
                path = Path(folder, name)
                found[str(path)] = path.stat().st_mtime
    return found


def end_with_parent(descriptor: int) -> None:
    """Send this process SIGTERM when the other end of a pipe is closed: whoever started it has ended."""
    os.set_inheritable(descriptor, False)

    def wait() -> None:
        os.read(descriptor, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="soniq-parent", daemon=True).start()


def python_command(*words: str) -> list[str]:
    """Say how a child runs `soniq …` with this very Python."""
    return [sys.executable, "-m", "soniq", *words]
