"""What a job costs in Postgres, beside an entry in a list in memory."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Final

from redis import Redis

from soniq import Soniq
from soniq.lab.plots import Chart, bars
from soniq.lab.shop import Shop

TASK: Final = "nothing"
QUEUE: Final = "price"  # of its own: what else waits in the shop is not run
BATCH: Final = 100
WAL: Final = "select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes"


async def rates(shop: Shop, jobs: int = 2000) -> Chart:
    """Measure how many jobs a second go in and out again, in Soniq and in a list of Valkey's.

    Args:
        shop: Where.
        jobs: How many go each way.
    """
    async with _app(shop) as app:
        given = [{"number": number} for number in range(jobs)]
        measured = {
            "Soniq, enqueued": await _rate(jobs, lambda: app.enqueue_many(TASK, given)),
            "Soniq, run": await _rate(jobs, lambda: app.run_worker(concurrency=50, run_once=True, queues=[QUEUE])),
        }
    measured |= await asyncio.to_thread(_in_memory, shop.broker.url, shop.broker.queue + ":rates", jobs)
    return bars(f"How fast {jobs:,} jobs go in and out", "jobs a second", measured)


async def wal_bytes(shop: Shop, jobs: int = 500) -> int:
    """Say how many bytes of write-ahead log one job costs, from its enqueue to its end."""
    async with _app(shop) as app:
        [[before]] = await shop.ask(WAL)
        await app.enqueue_many(TASK, [{"number": number} for number in range(jobs)])
        await app.run_worker(run_once=True, queues=[QUEUE])
        [[after]] = await shop.ask(WAL)
    return round((float(str(after)) - float(str(before))) / jobs)


def _app(shop: Shop) -> Soniq:
    app = Soniq(shop.url)

    @app.job(name=TASK, queue=QUEUE)
    async def nothing(number: int) -> None: ...

    return app


async def _rate(jobs: int, work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return jobs / (time.perf_counter() - began)


def _in_memory(url: str, name: str, jobs: int) -> dict[str, float]:
    with closing(Redis.from_url(url)) as valkey:
        began = time.perf_counter()
        valkey.lpush(name, *[f'{{"number": {number}}}' for number in range(jobs)])
        pushed = time.perf_counter()
        while valkey.rpop(name, BATCH):
            pass
        popped = time.perf_counter()
    return {"Valkey, pushed": jobs / (pushed - began), "Valkey, popped": jobs / (popped - pushed)}
