"""Look from beside, until something has happened."""

import time
from collections.abc import Callable
from typing import Any

import psycopg

Looking = psycopg.Connection[Any]


def find(connection: Looking, query: str, *args: Any) -> Any:
    """Return the first column of the first row."""
    row = connection.execute(query, args).fetchone()
    return row and row[0]


def wait_until(connection: Looking, happened: Callable[[], bool], seconds: float = 15) -> None:
    """Look again and again.

    Raises:
        AssertionError: It did not happen in time.
    """
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, f"not within {seconds} s"
        connection.execute("select pg_sleep(0.01)")
