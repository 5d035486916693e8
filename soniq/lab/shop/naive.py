"""The code under study: one order, two systems. Nobody can see in it that it is being watched."""

from typing import Any

from psycopg import Connection
from rq import Queue

from soniq.lab.shop.order import Order, charge
from soniq.lab.shop.tasks import mail_invoice, send_invoice

Database = Connection[tuple[Any, ...]]


def write_then_enqueue(db: Database, queue: Queue, order: Order) -> None:
    """Write the order, then tell the queue."""
    with db.transaction():
        write_order(db, order)
        take_book(db, order)
    queue.enqueue(send_invoice, order.number)


def enqueue_then_write(db: Database, queue: Queue, order: Order) -> None:
    """Tell the queue, then write the order."""
    queue.enqueue(send_invoice, order.number)
    with db.transaction():
        write_order(db, order)
        take_book(db, order)


def enqueue_in_finally(db: Database, queue: Queue, order: Order) -> None:
    """Write the order, and tell the queue whatever happens."""
    try:
        with db.transaction():
            write_order(db, order)
            take_book(db, order)
    finally:
        queue.enqueue(send_invoice, order.number)


def both_in_one_transaction(db: Database, queue: Queue, order: Order) -> None:
    """Put everything inside the transaction."""
    with db.transaction():
        write_order(db, order)
        queue.enqueue(send_invoice, order.number)
        take_book(db, order)
        charge(order)


def both_and_mail_at_once(db: Database, queue: Queue, order: Order) -> None:
    """Put everything inside; the job carries all that the letter says."""
    with db.transaction():
        write_order(db, order)
        queue.enqueue(mail_invoice, order.number, order.customer)
        take_book(db, order)
        charge(order)


def write_order(db: Database, order: Order) -> None:
    """Write the order's row."""
    db.execute("insert into orders values (%s, %s, %s)", [order.number, order.customer, order.book])


def take_book(db: Database, order: Order) -> None:
    """Take the book from the shelf; a constraint refuses when there is none."""
    db.execute("update books set stock = stock - 1 where title = %s", [order.book])
