"""Real processes that place orders until they are killed; they say where they are, and wait to be told."""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

from tests.adapters.shapes import opened

# Forked from a server that has imported everything: a start takes milliseconds.
_START: Final = multiprocessing.get_context("forkserver")
_START.set_forkserver_preload(["tests.adapters.shapes"])


@contextmanager
def child(work: Callable[..., None], *args: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """Start a process that gets its end of a pipe and `args`; it is dead when the block ends."""
    ours, theirs = _START.Pipe()
    process = _START.Process(target=work, args=(theirs, *args))
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def order_once(pipe: Connection, name: str, url: str) -> None:
    """Place one order, stopping before and after the COMMIT."""

    async def place() -> None:
        async with opened(name, url) as shape:
            async with shape.transaction() as held:
                await shape.order(held, "a")
                await shape.enqueue(held, "a")
                pipe.send("before commit")
                pipe.recv()
            pipe.send("after commit")
            pipe.recv()

    asyncio.run(place())


def order_many(pipe: Connection, name: str, url: str, first: int, end: int) -> None:
    """Place orders one after the other, saying each number before it begins."""

    async def place() -> None:
        async with opened(name, url) as shape:
            for number in range(first, end):
                pipe.send(number)
                async with shape.transaction() as held:
                    await shape.order(held, str(number))
                    await shape.enqueue(held, str(number))

    asyncio.run(place())
