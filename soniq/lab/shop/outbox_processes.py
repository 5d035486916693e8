"""What the outbox's processes do: place an order, or be the relay."""

import signal
import threading
from contextlib import closing
from typing import Any

import psycopg
from rq import Queue

from soniq.lab.shop import outbox
from soniq.lab.shop.order import Order
from soniq.lab.shop.processes import open_broker


def place_order(database: str, _broker: str, _queue: str, order: dict[str, Any]) -> None:
    """Be the request: it knows Postgres, and nothing of the queue."""
    with psycopg.connect(database) as db:
        outbox.place_order(db, Order(**order))


def relay(database: str, broker: str, queue: str, _order: dict[str, Any], code: str) -> int:
    """Be the relay: publish what the outbox holds, say how much it was, and end."""
    with psycopg.connect(database) as db, closing(open_broker(broker)) as connection:
        published: int = getattr(outbox, code)(db, Queue(queue, connection=connection))
    return published


def keep_relaying(database: str, broker: str, queue: str, _order: dict[str, Any], pause_s: float) -> int:
    """Be the relay until SIGTERM: publish, pause, and look again."""
    is_over, published = threading.Event(), 0
    signal.signal(signal.SIGTERM, lambda *_: is_over.set())
    with psycopg.connect(database) as db, closing(open_broker(broker)) as connection:
        while not is_over.wait(pause_s):
            published += outbox.publish_by_state(db, Queue(queue, connection=connection))
    return published
