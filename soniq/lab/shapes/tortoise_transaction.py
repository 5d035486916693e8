"""The order and its job in one transaction of Tortoise's."""

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from soniq import Soniq
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shapes.tortoise_models import BookRow, OrderRow
from soniq.lab.shop.order import Order, charge


async def place_order(app: Soniq, order: Order) -> None:
    """Write the order and its job, take the book, charge the card."""
    async with in_transaction() as conn:
        await OrderRow.create(number=order.number, customer=order.customer, book=order.book)
        await app.enqueue(send_invoice, connection=conn, number=order.number)
        await BookRow.filter(title=order.book).update(stock=F("stock") - 1)
        charge(order)
