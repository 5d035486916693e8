"""Four dual writes that somebody has mended already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from rq import Queue

from soniq.lab.shop.mends import enqueue_and_cancel, write_and_compensate, write_and_retry
from soniq.lab.shop.naive import Database, take_book, write_order
from soniq.lab.shop.order import Order
from soniq.lab.shop.tasks import send_invoice

__all__ = ["enqueue_and_cancel", "enqueue_on_commit", "transaction", "write_and_compensate", "write_and_retry"]


def enqueue_on_commit(db: Database, queue: Queue, order: Order) -> None:
    """Write the order, and let the queue be told when COMMIT has been answered."""
    with transaction(db) as on_commit:
        on_commit(partial(queue.enqueue, send_invoice, order.number))
        write_order(db, order)
        take_book(db, order)


@contextmanager
def transaction(db: Database) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Begin a transaction, and call what was asked for once it has committed, as web frameworks do."""
    hooks: list[Callable[[], object]] = []
    with db.transaction():
        yield hooks.append
    for hook in hooks:
        hook()
