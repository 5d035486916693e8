"""The bookshop's tables, as SQLAlchemy maps them."""

from typing import Self

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from soniq.lab.shop.order import Order


class Base(DeclarativeBase):
    """Whatever the shop maps."""


class BookRow(Base):
    """A book on the shelf."""

    __tablename__ = "books"

    title: Mapped[str] = mapped_column(primary_key=True)
    stock: Mapped[int]


class OrderRow(Base):
    """An order in the book of orders."""

    __tablename__ = "orders"

    number: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    book: Mapped[str]

    @classmethod
    def of(cls, order: Order) -> Self:
        """Make the order's row."""
        return cls(number=order.number, customer=order.customer, book=order.book)


async def take_book(session: AsyncSession, order: Order) -> None:
    """Take the book from the shelf; a constraint refuses when there is none."""
    one_less = update(BookRow).where(BookRow.title == order.book).values(stock=BookRow.stock - 1)
    await session.execute(one_less)
