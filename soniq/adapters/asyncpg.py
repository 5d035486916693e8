"""Join a transaction that is open on an asyncpg connection, from Soniq's pool or the user's own."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from soniq.adapters.joined import Joined, JoinedSync, Rows
from soniq.adapters.refusal import check_asyncpg, refusal

HELD: Final = (asyncpg.Connection, PoolConnectionProxy)
ERRORS: Final = (asyncpg.InterfaceError, asyncpg.PostgresError)
Held: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"


class JoinedAsyncpg(NamedTuple):
    """A connection of asyncpg's."""

    connection: Held

    async def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement; a record class or jsonb codec of the user's changes nothing."""
        held = self.connection
        try:
            if not held.is_in_transaction():
                check_asyncpg(held)
            return list(map(tuple, await held.fetch(statement, *parameters, record_class=asyncpg.Record)))
        except ERRORS as error:
            _refuse(held, error)
            raise

    async def write(self, statement: str, parameters: Sequence[object]) -> int:
        """Run an INSERT; the server's own count, because a row to return costs 3 % of a small transaction."""
        held = self.connection
        try:
            if not held.is_in_transaction():
                check_asyncpg(held)
            return int((await held.execute(statement, *parameters)).rpartition(" ")[2])
        except ERRORS as error:
            _refuse(held, error)
            raise


def _refuse(held: Held, error: BaseException) -> None:
    """Raise what an error means, if it means anything of ours."""
    if isinstance(error, asyncpg.InterfaceError):
        check_asyncpg(held)  # closed, or given back: asked only now, since most are neither
    elif found := refusal(error):
        raise found from error


def join(connection: object) -> Joined | None:
    """Return how to speak on this connection; None where it is none of asyncpg's."""
    if isinstance(connection, HELD):
        return JoinedAsyncpg(connection)
    return None


def join_sync(connection: object) -> JoinedSync | None:
    """Return None: asyncpg has no synchronous connections."""
    return None
