"""The bookshop's tables, as Tortoise maps them."""

from typing import Self

from tortoise import fields
from tortoise.expressions import F
from tortoise.models import Model

from soniq.lab.shop.order import Order


class BookRow(Model):
    """A book on the shelf."""

    title = fields.CharField(max_length=200, primary_key=True)
    stock = fields.IntField()

    class Meta:
        """Where its rows are."""

        table = "books"


class OrderRow(Model):
    """An order in the book of orders."""

    number = fields.BigIntField(primary_key=True)
    customer = fields.TextField()
    book = fields.TextField()

    class Meta:
        """Where its rows are."""

        table = "orders"

    @classmethod
    def of(cls, order: Order) -> Self:
        """Make the order's row."""
        return cls(number=order.number, customer=order.customer, book=order.book)


async def take_book(order: Order) -> None:
    """Take the book from the shelf; a constraint refuses when there is none."""
    await BookRow.filter(title=order.book).update(stock=F("stock") - 1)
