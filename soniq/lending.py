"""Which of Soniq's connections are in users' hands, as seen from their code."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeAlias

import asyncpg

Lent: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"


class _Lending:
    """A connection in a user's hands, as seen from their code; `connection` is None when it was given back."""

    __slots__ = ("connection", "outer", "url")

    def __init__(self, url: str | None, connection: Lent, outer: "_Lending | None") -> None:
        self.url, self.outer = url, outer
        self.connection: Lent | None = connection

    def in_transaction(self, url: str | None) -> bool:
        if self.connection is None or self.url != url:
            return False
        try:
            return self.connection.is_in_transaction()
        except asyncpg.InterfaceError:
            return False  # closed under its user


_innermost: ContextVar[_Lending | None] = ContextVar("soniq_lending", default=None)


def lent_in_transaction(url: str | None) -> bool:
    """Say whether a transaction is open around the caller, on a connection that was lent from this database."""
    lending = _innermost.get()
    while lending is not None:
        if lending.in_transaction(url):
            return True
        lending = lending.outer
    return False


def lend_nothing() -> None:
    """Forget, in this context, what was lent to who started it."""
    _innermost.set(None)


@contextmanager
def lend(url: str | None, connection: Lent) -> Iterator[None]:
    """Remember, while the block runs, that a connection to this database is in a user's hands."""
    outer = _innermost.get()
    while outer is not None and outer.connection is None:
        outer = outer.outer
    lending = _Lending(url, connection, outer)
    token = _innermost.set(lending)
    try:
        yield
    finally:
        lending.connection = None
        with suppress(ValueError):  # the block ends in another context than it began, as a pytest fixture may
            _innermost.reset(token)
