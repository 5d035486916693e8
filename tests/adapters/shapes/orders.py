"""The business table, as SQLAlchemy and SQLModel map it."""

import sqlmodel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Whatever SQLAlchemy maps here."""


class Order(Base):
    """An order, for SQLAlchemy."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str]


class Purchase(sqlmodel.SQLModel, table=True):
    """The same row, for SQLModel."""

    __tablename__ = "orders"

    id: int | None = sqlmodel.Field(default=None, primary_key=True)
    reference: str
