"""The usual mends of a dual write, on RQ: each of them moves the hole."""

from redis import RedisError
from rq import Queue

from soniq.lab.shop.naive import Database, take_book, write_order
from soniq.lab.shop.order import Order, charge
from soniq.lab.shop.tasks import send_invoice


def write_and_retry(db: Database, queue: Queue, order: Order) -> None:
    """Write the order, then tell the queue: three times, if it must be."""
    with db.transaction():
        write_order(db, order)
        take_book(db, order)
    for left in (2, 1, 0):
        try:
            queue.enqueue(send_invoice, order.number)
            break
        except RedisError:
            if not left:
                raise


def write_and_compensate(db: Database, queue: Queue, order: Order) -> None:
    """Write the order, then tell the queue; if that fails, take the order back."""
    with db.transaction():
        write_order(db, order)
        take_book(db, order)
    try:
        queue.enqueue(send_invoice, order.number)
    except RedisError:
        with db.transaction():
            take_back(db, order)
        raise


def enqueue_and_cancel(db: Database, queue: Queue, order: Order) -> None:
    """Tell the queue, then write the order; if that fails, delete the job."""
    job = queue.enqueue(send_invoice, order.number)
    try:
        with db.transaction():
            write_order(db, order)
            take_book(db, order)
            charge(order)
    except Exception:
        job.delete()
        raise


def take_back(db: Database, order: Order) -> None:
    """Undo an order that was committed."""
    db.execute("delete from orders where number = %s", [order.number])
    db.execute("update books set stock = stock + 1 where title = %s", [order.book])
