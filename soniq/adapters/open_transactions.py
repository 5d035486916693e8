"""See the transaction that is open around a call, in the libraries that let it be seen."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any, Final, Protocol, cast
from weakref import ref

from soniq.errors import UnsupportedConnection

TORTOISE: Final = "Tortoise's `in_transaction()` or `atomic()`"
DJANGO: Final = "Django's `atomic()`"
BOUND: Final = "the session given to `app.bind`"


class Session(Protocol):
    """A SQLAlchemy session or connection, asynchronous or not."""

    def in_transaction(self) -> bool:
        """Say whether a transaction was begun and has not ended."""


_bound: ContextVar["ref[Session] | None"] = ContextVar("soniq_bound", default=None)


@contextmanager
def bound(session: object) -> Iterator[None]:
    """Watch the transactions of a session while the block runs, in this context and in tasks made from it.

    Raises:
        UnsupportedConnection: It is no session or connection of SQLAlchemy's.
    """
    if not callable(getattr(session, "in_transaction", None)):
        raise UnsupportedConnection(
            f"`app.bind` takes a session or connection of SQLAlchemy's, not a `{type(session).__qualname__}`"
        )
    outer = _bound.get()
    _bound.set(ref(cast(Session, session)))
    try:
        yield
    finally:
        _bound.set(outer)


async def find_open() -> str | None:
    """Name what holds a transaction open around the caller; None where nothing is seen.

    A library that is not loaded holds none open, and none is loaded to find out.
    """
    session = _bound.get()
    if session is not None and (held := session()) is not None and held.in_transaction():
        return BOUND
    if "tortoise" in sys.modules and await import_module("soniq.adapters.tortoise").is_in_transaction():
        return TORTOISE
    if "django.db" in sys.modules and await _django():
        return DJANGO
    return None


async def _django() -> bool:
    """Look here, and in the synchronous code that called this coroutine through `async_to_sync` and waits for it.

    Django's connections belong to a thread, and its `atomic()` to synchronous code.
    """
    if not import_module("django.conf").settings.configured:
        return False
    if _in_atomic_block():
        return True
    sync = import_module("asgiref.sync")
    if not hasattr(sync.AsyncToSync.executors, "current"):
        return False  # nobody waits for this coroutine in a thread; to ask one would mean to wait for its turn
    return bool(await sync.sync_to_async(_in_atomic_block)())


def _in_atomic_block() -> bool:
    django: Any = import_module("django.db")
    return any(map(_is_meant, django.connections.all(initialized_only=True)))


def _is_meant(connection: Any) -> bool:
    """Leave out the blocks that Django's TestCase opens around a test: what is tested does not know of them."""
    if connection.vendor != "postgresql" or not connection.in_atomic_block:
        return False
    return not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
