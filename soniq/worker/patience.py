"""Keep a piece of the worker going, whatever happens to it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from soniq.errors import DatabaseUnreachable

logger: Final = logging.getLogger("soniq")

FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 2.0


async def keep_going(name: str, work: Callable[[], Awaitable[None]], longest: float = LONGEST_PAUSE) -> None:
    """Run `work` until it returns; after an error, say so, wait a little longer each time, and run it again.

    Args:
        name: What the log calls it.
        work: To be run again from its beginning, so its state lives outside.
        longest: Seconds to wait at most.
    """
    first = pause = min(FIRST_PAUSE, longest)
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            return await work()
        except DatabaseUnreachable as error:
            facts = {"part": name, "error": error.message}
            logger.warning("database unreachable, for the part %r: %s", name, error.message, extra=facts)
        except Exception:  # a fault of our own must not end the worker silently
            logger.exception("worker part failed: %r", name, extra={"part": name})
        if loop.time() - began > longest:
            pause = first  # it had worked in between
        await asyncio.sleep(pause)
        pause = min(pause * 2, longest)
