"""Join a transaction that is open on an asyncpg connection, from Soniq's pool or the user's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from soniq.adapters.joined import Joined, JoinedSync, Rows
from soniq.adapters.refusal import check_asyncpg, refusal

HELD: Final = (asyncpg.Connection, PoolConnectionProxy)
Held: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"


@dataclass(frozen=True, slots=True)
class JoinedAsyncpg:
    """A connection of asyncpg's."""

    connection: Held

    async def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement; a record class or jsonb codec of the user's changes nothing."""
        check_asyncpg(self.connection)
        try:
            records = await self.connection.fetch(statement, *parameters, record_class=asyncpg.Record)
        except asyncpg.PostgresError as error:
            if found := refusal(error):
                raise found from error
            raise
        return list(map(tuple, records))


def join(connection: object) -> Joined | None:
    """Return how to speak on this connection; None where it is none of asyncpg's."""
    if isinstance(connection, HELD):
        return JoinedAsyncpg(connection)
    return None


def join_sync(connection: object) -> JoinedSync | None:
    """Return None: asyncpg has no synchronous connections."""
    return None
