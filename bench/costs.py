"""What a drained job costs the server: statements, WAL, dead rows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.drain import drain_bare
from bench.figure import Figure
from bench.ratio import Run
from soniq import Soniq
from soniq.claim.take import TAKE, TAKE_AFTER
from soniq.pool import OwnConnection
from soniq.settle.record import RECORD, RECORD_DONE

JOBS = 20_000
CONCURRENCY = 50
BATCHES = {TAKE, TAKE_AFTER, RECORD, RECORD_DONE}

WAL = "select pg_current_wal_insert_lsn() - '0/0'"
DEAD = """
select coalesce(sum(n_tup_upd + n_tup_del), 0)
from pg_stat_user_tables
where schemaname = 'soniq' and pg_stat_force_next_flush() is not null
"""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a drain cost, a job."""

    wal_bytes: float
    dead_rows: float


async def measure_costs(url: str) -> list[Figure]:
    """Drain 20,000 jobs by the bare loop and by a worker, and read the server's own statistics around it."""
    async with Soniq(url) as app, AsyncExitStack() as held:

        @app.job(name="bench.nothing", timeout=300)
        async def nothing(number: int) -> None: ...

        async def fill() -> None:
            bare = await asyncpg.connect(url)
            await bare.execute("truncate soniq.jobs, soniq.job_history")
            await app.enqueue_many(nothing, [{"number": number} for number in range(JOBS)])
            await bare.execute("vacuum analyze soniq.jobs")
            await bare.execute("checkpoint")
            await bare.close()

        async def floor() -> None:
            bare = await asyncpg.connect(url)
            await drain_bare(bare)
            await bare.close()

        async def ours() -> None:
            await app.run_worker(concurrency=CONCURRENCY, run_once=True)

        await fill()
        bare = await _costs(url, floor)
        await fill()
        sent = held.enter_context(counted())
        drained = await _costs(url, ours)
        batches = sum(sent[text] for text in BATCHES)
        return [
            Figure("statements of a drain, a batch", 1.0, sum(sent.values()) / batches, promise=1.2),
            Figure("jobs a batch, claimed or settled", 100.0, 2 * JOBS / batches),
            Figure("WAL of a drained job, bytes", bare.wal_bytes, drained.wal_bytes),
            Figure("dead rows of a drained job", bare.dead_rows, drained.dead_rows),
        ]


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the statements on Soniq's own connections, each by its text."""
    seen = Counter[str]()
    fetch = OwnConnection.fetch

    async def counting(self: Any, query: str, *args: Any, **options: Any) -> list[Any]:
        seen[query] += 1
        return await fetch(self, query, *args, **options)

    OwnConnection.fetch = counting  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        OwnConnection.fetch = fetch  # type: ignore[method-assign]


async def _costs(url: str, drain: Run) -> Costs:
    wal, dead = await _read(url)
    await drain()
    wal_then, dead_then = await _read(url)
    return Costs((wal_then - wal) / JOBS, (dead_then - dead) / JOBS)


async def _read(url: str) -> tuple[float, float]:
    """Read the counters on a connection of its own: a snapshot of the statistics lasts as long as a transaction."""
    connection = await asyncpg.connect(url)
    try:
        return float(await connection.fetchval(WAL)), float(await connection.fetchval(DEAD))
    finally:
        await connection.close()
