"""Worker processes that move money between two rows, until they are killed."""

import asyncio
import logging
import multiprocessing
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Final

from soniq import JobContext, Soniq, task_ref
from soniq.errors import ClaimLost

# Forked from a server that has imported everything: a start takes milliseconds.
START: Final = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["tests.chaos.movers", "soniq.worker.worker"])
# A transfer takes some 10 ms, so that a kill hits it anywhere: before its block, inside, at its commit, behind it.
LONGEST_SECONDS: Final = 0.004
MOVE, RECEIPT = task_ref(name="move"), task_ref(name="receipt", default_queue="receipts")


@dataclass(frozen=True, slots=True)
class Mover:
    """A worker process, and where it says what it begins and what it lost."""

    process: BaseProcess
    said: Connection

    def end(self) -> None:
        """SIGKILL it."""
        self.process.kill()
        self.process.join()


@contextmanager
def movers(count: int, url: str) -> Iterator[list[Mover]]:
    """Run so many; whoever is in the list at the end is killed."""
    running = [start(url, seed) for seed in range(count)]
    try:
        yield running
    finally:
        for mover in running:
            mover.end()


def start(url: str, seed: int) -> Mover:
    """Start one."""
    ours, theirs = START.Pipe(duplex=False)
    process = START.Process(target=run, args=(theirs, url, seed))
    process.start()
    theirs.close()
    return Mover(process, ours)


def run(pipe: Connection, url: str, seed: int) -> None:
    """Be a worker."""
    logging.disable()
    chance = random.Random(seed)
    app = Soniq(url, sweep_interval=0.5, poll_interval=0.2)

    @app.job(name="move", retries=1000, retry_delay=0)
    async def move(number: int, amount: int, ctx: JobContext) -> None:
        pipe.send("began")
        try:
            async with ctx.transaction() as connection:
                await connection.execute("update public.accounts set balance = balance - $1 where id = 1", amount)
                await connection.execute("select pg_sleep($1)", chance.uniform(0, LONGEST_SECONDS))
                await connection.execute("update public.accounts set balance = balance + $1 where id = 2", amount)
                await connection.execute("insert into public.transfers values ($1, $2)", number, ctx.attempt)
                await ctx.enqueue(RECEIPT, number=number)
                await connection.execute("select pg_sleep($1)", chance.uniform(0, LONGEST_SECONDS))
        except ClaimLost:
            pipe.send("lost")
            raise

    asyncio.run(app.run_worker(concurrency=4, queues=["default"]))
