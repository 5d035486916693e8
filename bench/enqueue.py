"""Transactional enqueue against the same transaction with a plain INSERT in its place."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from bench.ratio import Ratio, compare
from soniq import Soniq

Write = Callable[[Any, int], Awaitable[object]]

TABLES = """
create table orders (id bigint generated always as identity primary key, customer text, total numeric);
create table plain_rows (
    id uuid primary key default gen_random_uuid(), task text, queue text, priority integer, args jsonb,
    run_at timestamptz default now(), created_at timestamptz default now()
);
create index on plain_rows (queue, priority, run_at, id);
"""
PLAIN = "insert into plain_rows (task, queue, priority, args) values ($1, $2, $3, $4::text::jsonb)"
# Short rounds, many of them: what else the machine does then hits both ways alike.
TRANSACTIONS = 320
ROUNDS = 61


async def measure_enqueues(url: str) -> list[Ratio]:
    """Compare with one client and with sixteen on one event loop."""
    return [await measure_enqueue(url, 1), await measure_enqueue(url, 16)]


async def measure_enqueue(url: str, clients: int) -> Ratio:
    """Compare `clients` connections that insert an order and a job with ones that insert an order and a row.

    The plain table has the primary key and the one index that a hand-made outbox has. No worker sleeps.
    """
    async with Soniq(url) as app:
        pool = await asyncpg.create_pool(url, min_size=clients, max_size=clients)

        @app.job(name="bench.send_invoice")
        async def send_invoice(order_id: int, email: str) -> None: ...

        async def plain(connection: Any, number: int) -> None:
            args = json.dumps({"order_id": number, "email": "ada@example.org"})
            await connection.execute(PLAIN, "bench.send_invoice", "default", 100, args)

        async def joined(connection: Any, number: int) -> None:
            await app.enqueue(send_invoice, connection=connection, order_id=number, email="ada@example.org")

        try:
            return await compare(
                f"order + job in one transaction, {clients:2} client{'s' * (clients > 1)}",
                TRANSACTIONS,
                lambda: _place_orders(pool, clients, plain),
                lambda: _place_orders(pool, clients, joined),
                promise=1 / 1.1,
                rounds=ROUNDS,
            )
        finally:
            await pool.close()


async def _place_orders(pool: "asyncpg.Pool[asyncpg.Record]", clients: int, write: Write) -> None:
    async def client() -> None:
        async with pool.acquire() as connection:
            for number in range(TRANSACTIONS // clients):
                async with connection.transaction():
                    await connection.execute("insert into orders (customer, total) values ($1, $2)", "Ada", 42)
                    await write(connection, number)

    await asyncio.gather(*(client() for _ in range(clients)))
