"""Roles that may log in, and nothing more than what a test grants them."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg


@contextmanager
def new_role(url: str) -> Iterator[tuple[str, str]]:
    """Make a role; give its name, and the URL by which it logs in to the same database."""
    name = f"role_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"create role {name} login password '{name}'")
        try:
            yield name, log_in_as(name, url)
        finally:
            admin.execute(f"drop owned by {name} cascade")
            admin.execute(f"drop role {name}")


def log_in_as(name: str, url: str) -> str:
    """Say the URL for another role, whose password is its name."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"{name}:{name}@{parts.netloc.rpartition('@')[2]}").geturl()
