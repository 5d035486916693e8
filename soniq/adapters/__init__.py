"""Through whatever connection you already hold: how to speak on it without leaving its transaction."""

from functools import lru_cache
from importlib import import_module
from typing import Final, Protocol, cast

from soniq.adapters.advice import needs_async, needs_sync, unsupported
from soniq.adapters.joined import Joined, JoinedSync

__all__ = ["Joined", "JoinedSync", "join", "join_sync"]

LIBRARIES: Final = ("asyncpg", "django", "psycopg", "sqlalchemy", "tortoise")


class _Adapter(Protocol):
    def join(self, connection: object) -> Joined | None: ...

    def join_sync(self, connection: object) -> JoinedSync | None: ...


def join(connection: object) -> Joined:
    """Find how to speak on a connection or session of an asynchronous library.

    Raises:
        UnsupportedConnection: It is something else; the message says what to pass instead.
    """
    adapter = _adapter(type(connection).__mro__)
    if adapter is None:
        raise unsupported(connection)
    if joined := adapter.join(connection):
        return joined
    raise needs_sync(connection) if adapter.join_sync(connection) else unsupported(connection)


def join_sync(connection: object) -> JoinedSync:
    """Find how to speak on a connection or session of a synchronous library.

    Raises:
        UnsupportedConnection: It is something else; the message says what to pass instead.
    """
    adapter = _adapter(type(connection).__mro__)
    if adapter is None:
        raise unsupported(connection)
    if joined := adapter.join_sync(connection):
        return joined
    raise needs_async(connection) if adapter.join(connection) else unsupported(connection)


@lru_cache(maxsize=256)
def _adapter(ancestors: tuple[type, ...]) -> _Adapter | None:
    """Choose by the modules of a class and its ancestors: their library is loaded by then."""
    for ancestor in ancestors:
        library = ancestor.__module__.partition(".")[0]
        if library in LIBRARIES:
            return cast(_Adapter, import_module(f"{__name__}.{library}"))
    return None
