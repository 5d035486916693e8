"""The command line, run against the shop."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import soniq
from soniq.lab.shop import Shop

HOME: Final = str(Path(soniq.__file__).parents[1])


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed.

    Attributes:
        words: The command.
        text: Its output, on both streams.
        status: Its exit status.
    """

    words: str
    text: str
    status: int

    def __str__(self) -> str:
        ended = f"\n(exit status {self.status})" if self.status else ""
        return f"$ {self.words}\n{self.text.rstrip()}{ended}"

    __repr__ = __str__


async def command(shop: Shop, *words: str) -> Said:
    """Run `soniq …` against the shop's database, as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "soniq", *words,
        env=environment(shop), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    text, _ = await process.communicate()
    return Said(" ".join(["soniq", *words]), text.decode(), process.returncode or 0)


def environment(shop: Shop) -> dict[str, str]:
    """Lead a process to the shop; a worker that falls silent is given up after a second."""
    path = os.pathsep.join(filter(None, [HOME, os.environ.get("PYTHONPATH")]))
    return os.environ | {
        "SONIQ_DATABASE_URL": shop.url, "SONIQ_HEARTBEAT_TIMEOUT": "1", "SONIQ_HEARTBEAT_INTERVAL": "0.2",
        "SONIQ_SWEEP_INTERVAL": "0.2", "PYTHONPATH": path, "COLUMNS": "120", "NO_COLOR": "1",
    }  # fmt: skip
