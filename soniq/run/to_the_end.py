"""Wait for what must not be interrupted."""

import asyncio
from contextlib import suppress
from typing import Any


async def to_the_end(task: "asyncio.Future[Any]") -> None:
    """Wait until a task has ended, however often the caller is cancelled meanwhile; its result is not looked at."""
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait((task,))
