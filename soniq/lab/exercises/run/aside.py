"""Run a coroutine to its end beside whatever runs in this thread, as a cell's magic has to."""

import asyncio
from collections.abc import Coroutine
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


def run_aside(work: Coroutine[Any, Any, T]) -> T:
    """Run it on a loop of its own in a thread, and wait; an interrupt cancels it, and waits for that.

    Raises:
        KeyboardInterrupt: Somebody pressed Interrupt.
    """
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="exercise", daemon=True)
    thread.start()
    future = asyncio.run_coroutine_threadsafe(work, loop)
    try:
        return future.result()
    except KeyboardInterrupt:
        future.cancel()
        raise
    finally:
        asyncio.run_coroutine_threadsafe(_settle(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _settle() -> None:
    """Let every other task end: a cancelled one kills its process and closes its shop first."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
