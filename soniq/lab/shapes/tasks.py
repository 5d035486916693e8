"""What Soniq's worker runs, and the app that knows it."""

import os
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg

from soniq import JobContext, Soniq
from soniq.lab.shop.tasks import DATABASE_VARIABLE


async def send_invoice(number: int) -> None:
    """Look the order up, and send its invoice."""
    db = await asyncpg.connect(os.environ[DATABASE_VARIABLE])
    try:
        customer = await db.fetchval("select customer from orders where number = $1", number)
        if customer is None:
            raise LookupError(f"order {number} does not exist")
        await db.execute("insert into invoices (number, customer) values ($1, $2)", number, customer)
    finally:
        await db.close()


async def send_invoice_once(number: int) -> None:
    """Send the invoice unless it was sent: the second time does nothing."""
    db = await asyncpg.connect(os.environ[DATABASE_VARIABLE])
    try:
        await db.execute(
            """
            insert into invoices (number, customer)
            select number, customer from orders
            where number = $1 and not exists (select from invoices where number = $1)
            """,
            number,
        )
    finally:
        await db.close()


async def send_invoice_with_its_end(number: int, ctx: JobContext) -> None:
    """Send the invoice and end the job in one commit."""
    async with ctx.transaction() as conn:
        customer = await conn.fetchval("select customer from orders where number = $1", number)
        await conn.execute("insert into invoices (number, customer) values ($1, $2)", number, customer)


HANDLERS: Final[dict[str, Callable[..., Awaitable[None]]]] = {
    each.__name__: each for each in (send_invoice, send_invoice_once, send_invoice_with_its_end)
}


def bookshop(
    url: str, handler: str = send_invoice.__name__, *, transactional: bool = True, **settings: object
) -> Soniq:
    """Make the shop's app.

    Args:
        url: Its database.
        handler: Which of `HANDLERS` sends the invoices.
        transactional: Whether its task refuses an enqueue that joins nothing.
        settings: As of `Soniq`.
    """
    app = Soniq(url, **settings)
    app.job(name="send_invoice", transactional=transactional)(HANDLERS[handler])
    return app
