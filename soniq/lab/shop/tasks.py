"""What RQ's worker runs."""

import os
from typing import Any, Final

import psycopg

DATABASE_VARIABLE: Final = "BOOKSHOP_DATABASE_URL"
FIND_ORDER: Final = "select customer from orders where number = %s"
SEND: Final = "insert into invoices (number, customer) values (%s, %s)"


def send_invoice(number: int) -> None:
    """Look the order up, and send its invoice."""
    with open_database() as db:
        order = db.execute(FIND_ORDER, [number]).fetchone()
        if order is None:
            raise LookupError(f"order {number} does not exist")
        db.execute(SEND, [number, order[0]])


def mail_invoice(number: int, customer: str) -> None:
    """Send the invoice at once: everything that it says came with the job."""
    with open_database() as db:
        db.execute(SEND, [number, customer])


def open_database() -> psycopg.Connection[Any]:
    """Connect as RQ's jobs do: each statement commits by itself."""
    return psycopg.connect(os.environ[DATABASE_VARIABLE], autocommit=True)
