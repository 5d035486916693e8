"""The code under study, on Celery: the same four ways to write one order into two systems."""

from soniq.lab.shop.celery_tasks import send_invoice
from soniq.lab.shop.naive import Database, take_book, write_order
from soniq.lab.shop.order import Order, charge


def write_then_enqueue(db: Database, order: Order) -> None:
    """Write the order, then tell Celery."""
    with db.transaction():
        write_order(db, order)
        take_book(db, order)
    send_invoice.delay(order.number)


def enqueue_then_write(db: Database, order: Order) -> None:
    """Tell Celery, then write the order."""
    send_invoice.delay(order.number)
    with db.transaction():
        write_order(db, order)
        take_book(db, order)


def both_in_one_transaction(db: Database, order: Order) -> None:
    """Put everything inside the transaction."""
    with db.transaction():
        write_order(db, order)
        send_invoice.delay(order.number)
        take_book(db, order)
        charge(order)
