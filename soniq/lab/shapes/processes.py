"""What the processes do that speak asyncpg: place one order, or work. A fault may end them sooner."""

import asyncio
from typing import Any, Final

import asyncpg

from soniq.lab.shapes import own_pool, soniqs_pool
from soniq.lab.shapes.tasks import bookshop, send_invoice
from soniq.lab.shop.order import Order

QUEUES: Final = "default"  # what a lesson enqueues elsewhere is no part of an order's story


def in_soniqs_pool(database: str, _broker: str, _queue: str, order: dict[str, Any], retries: int = 3) -> None:
    """Be a request that uses Soniq's pool."""

    async def run() -> None:
        async with bookshop(database, max_retries=retries) as app:
            await soniqs_pool.place_order(app, Order(**order))

    asyncio.run(run())


def in_own_pool(database: str, _broker: str, _queue: str, order: dict[str, Any]) -> None:
    """Be a request that has an asyncpg pool."""

    async def run() -> None:
        async with bookshop(database) as app, asyncpg.create_pool(database, min_size=1) as pool:
            await own_pool.place_order(app, pool, Order(**order))

    asyncio.run(run())


def keep_working(
    database: str, _broker: str, _queue: str, _order: dict[str, Any], handler: str = send_invoice.__name__
) -> int:
    """Be a worker until SIGTERM; one that takes another for dead after a second of silence."""

    async def run() -> int:
        quick: dict[str, Any] = {"heartbeat_timeout": 1, "heartbeat_interval": 0.2, "sweep_interval": 0.2}
        async with bookshop(database, handler, queues=QUEUES, **quick) as app:
            return await app.run_worker()

    return asyncio.run(run())


def work(database: str, _broker: str, _queue: str, _order: dict[str, Any], handler: str = send_invoice.__name__) -> int:
    """Be the worker: run what is due, and end."""

    async def run() -> int:
        async with bookshop(database, handler, queues=QUEUES) as app:
            return await app.run_worker(run_once=True)

    return asyncio.run(run())
