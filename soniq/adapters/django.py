"""Join Django's `transaction.atomic()`, through the cursor of Django's own connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.connection import ConnectionProxy

from soniq.adapters.joined import Joined, JoinedSync, Rows
from soniq.adapters.placeholders import in_order, percent_style
from soniq.adapters.refusal import check_psycopg, refusal
from soniq.errors import ConnectionUnusable, NotInTransaction, TransactionAborted, UnsupportedConnection


@dataclass(frozen=True, slots=True)
class JoinedDjango(JoinedSync):
    """A connection of Django's, as this thread has it."""

    held: Any  # BaseDatabaseWrapper: Django ships no types

    def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement where Django's own statements run, seen by its wrappers and its query log."""
        text, order = percent_style(statement)
        try:
            _check(self.held)
            with self.held.cursor() as cursor:
                cursor.execute(text, in_order(parameters, order))
                return list(cursor.fetchall())
        except SynchronousOnlyOperation as error:
            raise UnsupportedConnection(
                "Django's connection cannot be used in an async view: put the `atomic()` block and "
                "`enqueue_sync` into a plain function, and `await sync_to_async(function)(…)`"
            ) from error
        except Error as error:
            if found := refusal(error):
                raise found from error
            raise


def _check(held: Any) -> None:
    """Refuse a connection on which the statement would fail or commit by itself.

    The driver's connection is looked at, never spoken on: it may have been set to autocommit or closed
    behind Django's back.
    """
    _check_kind(held)
    if held.in_atomic_block:
        if held.connection is None:
            raise ConnectionUnusable("Django's connection was closed inside its `atomic()` block")
        if not held.connection.closed and held.get_rollback():
            raise TransactionAborted("this `atomic()` block is marked for rollback, and is over but for that")
    elif held.get_autocommit():
        raise NotInTransaction(f"no `atomic()` block is open on Django's connection {held.alias!r}")
    check_psycopg(held.connection)


def _check_kind(held: Any) -> None:
    if held.vendor != "postgresql":
        raise UnsupportedConnection(f"this Django connection leads to {held.vendor}, not to Postgres")
    driver = held.Database.__name__
    if driver != "psycopg":
        raise UnsupportedConnection(f"this Django connection speaks through {driver}: install psycopg 3")
    try:
        held.validate_thread_sharing()
    except DatabaseError as error:
        raise ConnectionUnusable("this is the Django connection of another thread") from error


def join(connection: object) -> Joined | None:
    """Return None: Django has no asynchronous connections."""
    return None


def join_sync(connection: object) -> JoinedSync | None:
    """Return how to speak on `django.db.connection` or one of `connections`; None where it is neither."""
    held = _behind(connection) if isinstance(connection, ConnectionProxy) else connection
    return JoinedDjango(held) if isinstance(held, BaseDatabaseWrapper) else None


def _behind(proxy: Any) -> object:
    """Find the connection that a proxy stands for; caches and task backends have proxies of the same class."""
    alias = getattr(proxy, "alias", None)
    if alias not in connections:
        return None
    return connections[alias] if proxy == connections[alias] else None
