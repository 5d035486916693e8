"""The outbox, built by hand: the job is noted beside the order, and a relay carries it to the queue."""

from rq import Queue

from soniq.lab.shop.naive import Database, take_book, write_order
from soniq.lab.shop.order import Order, charge
from soniq.lab.shop.tasks import send_invoice


def place_order(db: Database, order: Order) -> None:
    """Write the order and a note of its job: one transaction, one commit."""
    with db.transaction():
        write_order(db, order)
        db.execute("insert into outbox (number) values (%s)", [order.number])
        take_book(db, order)
        charge(order)


def publish_by_cursor(db: Database, queue: Queue) -> int:
    """Publish every note above the last one seen."""
    with db.transaction():
        notes = db.execute(
            "select id, number from outbox where id > (select last_seen from outbox_cursor) order by id"
        ).fetchall()
        for _, number in notes:
            queue.enqueue(send_invoice, number)
        if notes:
            db.execute("update outbox_cursor set last_seen = %s", [notes[-1][0]])
    return len(notes)


def publish_by_state(db: Database, queue: Queue) -> int:
    """Publish every note that says it is not published yet; other relays skip the rows that we hold."""
    with db.transaction():
        notes = db.execute(
            "select id, number from outbox where not published order by id for update skip locked"
        ).fetchall()
        for note, number in notes:
            queue.enqueue(send_invoice, number)
            db.execute("update outbox set published = true where id = %s", [note])
    return len(notes)
