"""A process that places one order in a session of SQLAlchemy's, and tells RQ after the commit."""

from contextlib import closing
from typing import Any

from rq import Queue
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session

from soniq.lab.shop import after_commit
from soniq.lab.shop.order import Order
from soniq.lab.shop.processes import open_broker


def place_order(database: str, broker: str, queue: str, order: dict[str, Any]) -> None:
    """Place the order, and end."""
    engine = create_engine(make_url(database).set(drivername="postgresql+psycopg"))
    with Session(engine) as db, closing(open_broker(broker)) as connection:
        after_commit.on_rq(db, Queue(queue, connection=connection), Order(**order))
    engine.dispose()
