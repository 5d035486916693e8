"""What the shop's processes do: place an order by the naive code, or run RQ's worker."""

from contextlib import closing
from typing import Any

import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue, SimpleWorker

from soniq.lab.shop import mends, naive
from soniq.lab.shop.order import Order


def place_order(database: str, broker: str, queue: str, order: dict[str, Any], code: str) -> None:
    """Be the request: connect to both systems, and call the code under study."""
    with psycopg.connect(database) as db, closing(open_broker(broker)) as connection:
        place = getattr(naive, code, None) or getattr(mends, code)
        place(db, Queue(queue, connection=connection), Order(**order))


def work(_database: str, broker: str, queue: str, _order: dict[str, Any]) -> int:
    """Be the worker: run what is waiting, say whether there was anything, and end."""
    with closing(open_broker(broker)) as connection:
        return int(SimpleWorker([queue], connection=connection).work(burst=True, logging_level="CRITICAL"))


def open_broker(url: str) -> "Redis":
    """Connect to RQ's server; a call that is refused is refused at once."""
    # The client's default waits and tries three times more; the answer is the same, seconds later.
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0))
