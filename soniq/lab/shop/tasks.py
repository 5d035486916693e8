"""What RQ's worker runs."""

import os
from typing import Final

import psycopg

DATABASE_VARIABLE: Final = "BOOKSHOP_DATABASE_URL"


def send_invoice(number: int) -> None:
    """Look the order up, and send its invoice."""
    with psycopg.connect(os.environ[DATABASE_VARIABLE], autocommit=True) as db:
        order = db.execute("select customer from orders where number = %s", [number]).fetchone()
        if order is None:
            raise LookupError(f"order {number} does not exist")
        db.execute("insert into invoices (number, customer) values (%s, %s)", [number, order[0]])


def mail_invoice(number: int, customer: str) -> None:
    """Send the invoice at once: everything that it says came with the job."""
    with psycopg.connect(os.environ[DATABASE_VARIABLE], autocommit=True) as db:
        db.execute("insert into invoices (number, customer) values (%s, %s)", [number, customer])
