"""The shop's two statements, on a connection of asyncpg's."""

from typing import Any

from soniq.lab.shop.order import Order


async def write_order(conn: Any, order: Order) -> None:
    """Write the order's row."""
    await conn.execute("insert into orders values ($1, $2, $3)", order.number, order.customer, order.book)


async def take_book(conn: Any, order: Order) -> None:
    """Take the book from the shelf; a constraint refuses when there is none."""
    await conn.execute("update books set stock = stock - 1 where title = $1", order.book)
