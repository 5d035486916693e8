"""Workers as processes: `soniq worker`, started, told to stop, or killed."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

from soniq.errors import LabUnavailable
from soniq.lab.running.command import environment
from soniq.lab.shop import Shop

TARGET: Final = "soniq.lab.office:app"
LOOK_SECONDS: Final = 0.02
BUSY: Final = "select count(*) from soniq.jobs where state = 'processing'"


class Staff:
    """Some workers of the shop.

    Attributes:
        pids: Their process ids.
    """

    def __init__(self, processes: Sequence[asyncio.subprocess.Process], logs: Sequence[Path], pipe: int) -> None:
        self._processes, self._logs, self._pipe = processes, logs, pipe
        self.pids = [each.pid for each in processes]

    async def stop(self) -> list[int]:
        """Send SIGTERM to each, as a deploy does, wait for their ends, and return their exit statuses."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> list[int]:
        """Send SIGKILL to each, and return when all are dead."""
        return await self._end(signal.SIGKILL)

    @property
    def log(self) -> str:
        """What they printed, one after the other."""
        return "\n".join(each.read_text().rstrip() for each in self._logs)

    async def _end(self, number: signal.Signals) -> list[int]:
        for each in self._processes:
            if each.returncode is None:
                each.send_signal(number)
        statuses = [await each.wait() for each in self._processes]
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
        return statuses


async def hire(shop: Shop, processes: int = 2) -> Staff:
    """Start `soniq worker` so many times on the office's app, and return when each takes jobs.

    They end by themselves, as on SIGTERM, when this process does or when the shop is closed.

    Raises:
        LabUnavailable: One ended before it was ready; the message says what it printed.
    """
    theirs, ours = os.pipe()
    names = [shop.folder / f"worker-{uuid4().hex[:6]}" for _ in range(processes)]
    started = [await _start(shop, name, theirs) for name in names]
    os.close(theirs)
    staff = Staff(started, [name.with_suffix(".log") for name in names], ours)
    shop.open.push_async_callback(staff.stop)
    for process, name in zip(started, names, strict=True):
        while not name.exists():
            if process.returncode is not None:
                raise LabUnavailable(f"a worker ended before it was ready:\n{staff.log}")
            await asyncio.sleep(LOOK_SECONDS)
    return staff


async def busy(shop: Shop) -> None:
    """Return when some job is running."""
    connection = await shop.connect()
    while await connection.fetchval(BUSY) == 0:  # noqa: ASYNC110 - another process's deed, seen in its rows
        await asyncio.sleep(LOOK_SECONDS)
    await connection.close()


async def _start(shop: Shop, ready: Path, pipe: int) -> asyncio.subprocess.Process:
    with ready.with_suffix(".log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "soniq", "worker", TARGET, "--ready-file", str(ready), "--parent", str(pipe),
            env=environment(shop), pass_fds=[pipe], stdin=asyncio.subprocess.DEVNULL,
            stdout=log, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
