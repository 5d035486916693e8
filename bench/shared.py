"""Single enqueues from many tasks, each in a transaction of its own, against one INSERT each."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import asyncpg

from bench.enqueue import PLAIN
from bench.ratio import Ratio, compare
from soniq import Soniq

TASKS = 64
JOBS = 3_200
ROUNDS = 7
CONNECTIONS = 20  # as Soniq's pool


async def measure_shared(url: str) -> list[Ratio]:
    """Compare `app.enqueue` without `connection=` with autocommitted INSERTs from a pool of the same size."""
    async with Soniq(url) as app, asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:

        @app.job(name="bench.send_invoice")
        async def send_invoice(order_id: int, email: str) -> None: ...

        async def plain(number: int) -> None:
            args = json.dumps({"order_id": number, "email": "ada@example.org"})
            await pool.execute(PLAIN, "bench.send_invoice", "default", 100, args)

        async def shared(number: int) -> None:
            await app.enqueue(send_invoice, order_id=number, email="ada@example.org")

        async def empty() -> None:
            await pool.execute("truncate soniq.jobs, plain_rows")

        return [
            await compare(
                f"single enqueues from {TASKS} tasks, against an INSERT each",
                JOBS,
                lambda: _from_tasks(plain),
                lambda: _from_tasks(shared),
                promise=6.0,
                rounds=ROUNDS,
                before=empty,
            )
        ]


async def _from_tasks(write: Callable[[int], Awaitable[None]]) -> None:
    async def one() -> None:
        for number in range(JOBS // TASKS):
            await write(number)

    await asyncio.gather(*(one() for _ in range(TASKS)))
