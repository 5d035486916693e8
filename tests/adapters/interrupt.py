"""Stop a user's code in its midst: between two statements, or while the enqueue waits in the server."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.adapters.places import Place
from tests.adapters.poll import wait_until
from tests.adapters.shapes.shape import Shape

Work = Callable[[], Coroutine[Any, Any, None]]


async def cancel_midway(shape: Shape, work: Work, reached: asyncio.Event) -> None:
    """Cancel the task when it has got there; without tasks, the work raises Ctrl-C's error itself."""
    if shape.sync:
        with pytest.raises(KeyboardInterrupt):
            await work()
        return
    task = asyncio.create_task(work())
    await asyncio.wait_for(reached.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@contextmanager
def blocked_enqueue(place: Place, then: Callable[[int], None]) -> Iterator[None]:
    """Make every enqueue of the block wait for a lock, and do something to the first that waits.

    In a thread, because a synchronous shape has this one's.
    """

    def wait_and_act() -> None:
        # Two connections: inside a transaction, pg_stat_activity is read once.
        with psycopg.connect(place.admin_url) as locker, psycopg.connect(place.admin_url, autocommit=True) as looker:
            locker.execute("lock table soniq.jobs in access exclusive mode")
            locked.set()
            wait_until(lambda: bool(place.blocked(looker)))
            then(place.blocked(looker)[0])
            wait_until(lambda: not place.blocked(looker))

    locked = threading.Event()
    thread = threading.Thread(target=wait_and_act)
    thread.start()
    try:
        assert locked.wait(10)
        yield
    finally:
        thread.join()
