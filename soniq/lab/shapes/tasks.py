"""What Soniq's worker runs, and the app that knows it."""

import os

import asyncpg

from soniq import Soniq
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


def bookshop(url: str, **settings: object) -> Soniq:
    """Make the shop's app."""
    app = Soniq(url, **settings)
    app.job(name="send_invoice", transactional=True)(send_invoice)
    return app
