"""The bookshop's tables, as SQLAlchemy maps them."""

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


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
