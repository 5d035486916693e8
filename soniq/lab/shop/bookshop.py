"""A shop that is open: its database, its queue, and what both of them say."""

import asyncio
import atexit
import contextlib
import os
from contextlib import AsyncExitStack, ExitStack
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import uuid4

import asyncpg
import psycopg
from psycopg import sql

from soniq import Soniq
from soniq.lab.crew import prepare
from soniq.lab.servers import find_postgres, find_valkey, fresh_database
from soniq.lab.shop.broker import Broker
from soniq.lab.shop.celery_broker import CeleryBroker
from soniq.lab.shop.rows import Answers, Rows
from soniq.lab.shop.schema import SCHEMA

FIRST_NUMBER: Final = 1043
ORDERS: Final = "select number, customer, book from orders where number >= $1 and number <= $2 order by number"
INVOICES: Final = "select number, customer from invoices where number >= $1 and number <= $2 order by id"
JOBS: Final = """
select number, task, state from (
    select (args->>'number')::bigint as number, task, state, created_at from soniq.jobs
    union all
    select (args->>'number')::bigint, task, state, created_at from soniq.job_history
    union all
    select (args->>'number')::bigint, task, 'dead_letter', created_at from soniq.dead_letter_jobs
) as every where number >= $1 and number <= $2 order by created_at
"""
NOTES: Final = """
select number, id as note from outbox
where number >= $1 and number <= $2
  and not published and id > (select last_seen from outbox_cursor)
order by id
"""
EVERY: Final = 2**62

Connection = Any  # asyncpg's, which is generic only for type checkers


class Shop:
    """The bookshop, open for business.

    Attributes:
        url: Its database, where the orders are, and Soniq's tables.
        broker: Its RQ queue, on a server of its own.
        celery: Its Celery queue, on the same server.
        folder: Where its records are kept.
        open: What else is closed with it.
    """

    def __init__(self, server: str, url: str, broker: Broker) -> None:
        self.url = url
        self.broker = broker
        self.celery = CeleryBroker(broker.url, broker.queue)
        self._leftovers = ExitStack()
        self._leftovers.callback(_drop, server, broker.queue)
        self._leftovers.callback(broker.clear)
        self._leftovers.callback(self.celery.clear)
        self.folder = Path(self._leftovers.enter_context(TemporaryDirectory(prefix="bookshop-")))
        atexit.register(self._leftovers.close)
        self._numbers = count(FIRST_NUMBER)
        self._connections: list[Connection] = []
        self.open = AsyncExitStack()

    def next_number(self) -> int:
        """Give the next order its number: 1043 first, in every shop."""
        return next(self._numbers)

    async def connect(self, url: str | None = None) -> Connection:
        """Open a connection of asyncpg's, which the shop closes with itself."""
        connection = await asyncpg.connect(url or self.url)
        self._connections.append(connection)
        return connection

    async def orders(self, number: int | None = None) -> Rows:
        """Ask Postgres for the orders, or for one of them."""
        return await self._about("Postgres, orders", ORDERS, number)

    async def invoices(self, number: int | None = None) -> Rows:
        """Ask for the invoices that left the building."""
        return await self._about("Invoices that were sent", INVOICES, number)

    async def jobs(self, number: int | None = None) -> Rows:
        """Ask Postgres for Soniq's jobs."""
        return await self._about("Postgres, soniq's jobs", JOBS, number)

    async def rq_jobs(self, number: int | None = None) -> Rows:
        """Ask RQ: its queue, and its registries of the started, finished and failed."""
        found = await asyncio.to_thread(self.broker.jobs)
        rows = tuple((job.number, job.task, job.status) for job in found if number in (None, job.number))
        return Rows("RQ, queue and registries", ("number", "task", "status"), rows)

    async def celery_jobs(self, number: int | None = None) -> Rows:
        """Ask Celery's broker and its result backend."""
        found = await asyncio.to_thread(self.celery.jobs)
        rows = tuple((job.number, job.task, job.status) for job in found if number in (None, job.number))
        return Rows("Celery, broker and results", ("number", "task", "status"), rows)

    async def notes(self, number: int | None = None) -> Rows:
        """Ask Postgres for the outbox: the notes that a relay has yet to publish."""
        return await self._about("Postgres, outbox", NOTES, number)

    async def look(self, number: int, queue: str = "") -> Answers:
        """Ask everybody about one order: Postgres, the queue, and who sent invoices.

        Args:
            number: The order's.
            queue: "rq", "celery", "soniq" or "outbox"; by itself it is RQ, unless Soniq has had a job in this
                shop and RQ has none for this order.
        """
        rq_jobs = await self.rq_jobs(number)
        if not queue:
            queue = "soniq" if len(await self.jobs()) > 0 and len(rq_jobs) == 0 else "rq"
        asked = {
            "rq": [rq_jobs],
            "celery": [await self.celery_jobs(number)],
            "soniq": [await self.jobs(number)],
            "outbox": [await self.notes(number), rq_jobs],
        }[queue]
        return Answers((await self.orders(number), *asked, await self.invoices(number)))

    async def close(self) -> None:
        """Close its connections, drop its database, clear its queue; no harm when done twice."""
        while self._connections:
            await self._connections.pop().close()
        await self.open.aclose()
        await asyncio.to_thread(self._leftovers.close)

    async def ask(self, statement: str, *parameters: object, source: str = "Postgres") -> Rows:
        """Ask Postgres anything, on a connection of its own: what it shows is committed."""
        connection = await asyncpg.connect(self.url)
        try:
            prepared = await connection.prepare(statement)
            columns = tuple(attribute.name for attribute in prepared.get_attributes())
            rows = await prepared.fetch(*parameters)
        finally:
            await connection.close()
        return Rows(source, columns, tuple(tuple(row) for row in rows))

    async def _about(self, source: str, statement: str, number: int | None) -> Rows:
        low, high = (0, EVERY) if number is None else (number, number)
        return await self.ask(statement, low, high, source=source)


async def open_shop() -> Shop:
    """Open a bookshop with an empty order book: a database of its own, and a queue of its own.

    Starts the servers if they do not run. Everything goes with `close()`, or when this process ends.

    Raises:
        LabUnavailable: No way leads to a server; the message says what to install.
    """
    name = f"bookshop_{os.getpid()}_{uuid4().hex[:6]}"
    server, valkey, _ = await asyncio.gather(
        asyncio.to_thread(find_postgres),
        asyncio.to_thread(find_valkey),
        asyncio.to_thread(prepare, "soniq.lab.shop.processes"),
    )
    url = await asyncio.to_thread(fresh_database, server, name)
    shop = Shop(server, url, Broker(valkey, name))
    async with Soniq(url) as app:
        await app.setup()
        async with app.backend.acquire() as connection:
            await connection.execute(SCHEMA)
    return shop


def _drop(server: str, name: str) -> None:
    """Drop the database, also while this process ends, when asyncio has no threads any more."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
