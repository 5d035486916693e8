"""The order and its job in one transaction of Tortoise's."""

from tortoise.transactions import in_transaction

from soniq import Soniq
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shapes.tortoise_models import OrderRow, take_book
from soniq.lab.shop.order import Order, charge


async def place_order(app: Soniq, order: Order) -> None:
    """Write the order and its job, take the book, charge the card."""
    async with in_transaction() as conn:
        await OrderRow.of(order).save()
        await app.enqueue(send_invoice, connection=conn, number=order.number)
        await take_book(order)
        charge(order)
