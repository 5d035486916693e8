"""The order and its job in one SQLAlchemy session, in a FastAPI app."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from soniq.lab.shapes.sqlalchemy_models import OrderRow, take_book
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.order import Order, charge

api = FastAPI()


async def open_session() -> AsyncIterator[AsyncSession]:
    """Give each request a session of its own."""
    async with api.state.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]


@api.post("/orders", status_code=201)
async def place_order(order: Order, session: Session) -> None:
    """Write the order and its job, take the book, charge the card."""
    async with session.begin():
        session.add(OrderRow.of(order))
        await api.state.soniq.enqueue(
            send_invoice,
            connection=session,
            number=order.number,
        )
        await take_book(session, order)
        charge(order)
