"""The order in a transaction, and its job beside it: `connection=` was left out."""

from soniq import Soniq
from soniq.lab.shapes.sql import take_book, write_order
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.order import Order, charge


async def place_order(app: Soniq, order: Order) -> None:
    """Write the order and its job, take the book, charge the card."""
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue(send_invoice, number=order.number)
        await take_book(conn, order)
        charge(order)
