"""Four dual writes that somebody has mended already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from redis import RedisError
from rq import Queue

from soniq.lab.shop.naive import Database, take_book, write_order
from soniq.lab.shop.order import Order
from soniq.lab.shop.tasks import send_invoice


def write_and_retry(db: Database, queue: Queue, order: Order) -> None:
    """Write the order, then tell the queue; try three times."""
    with db.transaction():
        write_order(db, order)
        take_book(db, order)
    for last in (False, False, True):
        try:
            queue.enqueue(send_invoice, order.number)
            return
        except RedisError:
            if last:
                raise


def write_and_compensate(db: Database, queue: Queue, order: Order) -> None:
    """Write the order, then tell the queue; take the order back where that fails."""
    with db.transaction():
        write_order(db, order)
        take_book(db, order)
    try:
        queue.enqueue(send_invoice, order.number)
    except RedisError:
        with db.transaction():
            db.execute("delete from orders where number = %s", [order.number])
            db.execute("update books set stock = stock + 1 where title = %s", [order.book])
        raise


def enqueue_and_cancel(db: Database, queue: Queue, order: Order) -> None:
    """Tell the queue, then write the order; delete the job where that fails."""
    job = queue.enqueue(send_invoice, order.number)
    try:
        with db.transaction():
            write_order(db, order)
            take_book(db, order)
    except Exception:
        job.delete()
        raise


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
