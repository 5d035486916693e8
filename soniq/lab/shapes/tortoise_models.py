"""The bookshop's tables, as Tortoise maps them."""

from tortoise import fields
from tortoise.models import Model


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
