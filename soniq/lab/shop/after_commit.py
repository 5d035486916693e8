"""The after-commit hook: the session tells the queue once the database has committed.

Django calls it `transaction.on_commit`, and Celery's `delay_on_commit` is built on that, for Django only.
Elsewhere SQLAlchemy's event does the same.
"""

from rq import Queue
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from soniq.lab.shapes.sqlalchemy_models import BookRow, OrderRow
from soniq.lab.shop import celery_tasks, tasks
from soniq.lab.shop.order import Order, charge


def on_rq(db: Session, queue: Queue, order: Order) -> None:
    """Write the order; RQ is told after the commit."""

    def tell(_: Session) -> None:
        queue.enqueue(tasks.send_invoice, order.number)

    event.listen(db, "after_commit", tell)
    with db.begin():
        write(db, order)


def on_celery(db: Session, order: Order) -> None:
    """Write the order; Celery is told after the commit."""

    def tell(_: Session) -> None:
        celery_tasks.send_invoice.delay(order.number)

    event.listen(db, "after_commit", tell)
    with db.begin():
        write(db, order)


def write(db: Session, order: Order) -> None:
    """Write the order, take the book, charge the card."""
    db.add(OrderRow.of(order))
    db.flush()
    db.execute(update(BookRow).where(BookRow.title == order.book).values(stock=BookRow.stock - 1))
    charge(order)
