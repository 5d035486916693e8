"""Join the transaction of Tortoise's `in_transaction()`, on its asyncpg and psycopg backends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tortoise import connections
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.backends.base_postgres.client import BasePostgresClient
from tortoise.exceptions import ConfigurationError

from soniq.adapters.joined import Joined, JoinedSync, Rows
from soniq.adapters.placeholders import in_order, percent_style
from soniq.adapters.refusal import check_asyncpg, check_psycopg, refusal
from soniq.errors import ConnectionUnusable, NotInTransaction, TransactionAborted, UnsupportedConnection


@dataclass(frozen=True, slots=True)
class JoinedTortoise(Joined):
    """A client of Tortoise's."""

    client: BaseDBAsyncClient

    async def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement through the client.

        `execute_query_dict`, because `execute_query` returns no rows of an INSERT on one backend.
        """
        numbered = await self.check()
        if numbered:
            text, values = statement, list(parameters)
        else:
            text, order = percent_style(statement)
            values = list(in_order(parameters, order))
        try:
            rows = await self.client.execute_query_dict(text, values)
        except Exception as error:  # Tortoise wraps some errors of psycopg's and lets others through
            if found := refusal(error):
                raise found from error
            raise
        return [tuple(row.values()) for row in rows]

    async def check(self) -> bool:
        """Refuse a client whose transaction is not open; say whether its driver takes `$n`.

        The driver's connection is looked at, never spoken on: a client kept past its block, or
        committed by hand, does not say so itself, and psycopg's would run the statement alone.
        """
        if not isinstance(self.client, BasePostgresClient):
            raise UnsupportedConnection("this Tortoise client does not lead to Postgres")
        if not isinstance(self.client, TransactionalDBClient):
            raise NotInTransaction("this is Tortoise's client outside a transaction; use `in_transaction()`")
        async with self.client.acquire_connection() as held:
            try:
                return _check_held(held)
            except NotInTransaction as error:
                raise ConnectionUnusable("the transaction of this Tortoise client has ended") from error


def _check_held(held: Any) -> bool:
    if isinstance(held, asyncpg.Connection | PoolConnectionProxy):
        check_asyncpg(held)
        return True
    check_psycopg(held)
    return False


def join(connection: object) -> Joined | None:
    """Return how to speak on this client; None where it is none."""
    return JoinedTortoise(connection) if isinstance(connection, BaseDBAsyncClient) else None


def join_sync(connection: object) -> JoinedSync | None:
    """Return None: Tortoise has no synchronous connections."""
    return None


async def is_in_transaction() -> bool:
    """Say whether `in_transaction()` or `atomic()` is open around the caller, on Postgres.

    The context of a task that outlives the block still names its client, so the client is asked.
    """
    try:
        clients = connections.all()
    except (ConfigurationError, RuntimeError):  # not initialised here: by version, the one or the other
        return False
    for client in clients:
        if isinstance(client, TransactionalDBClient) and isinstance(client, BasePostgresClient):
            try:
                await JoinedTortoise(client).check()
            except (ConnectionUnusable, NotInTransaction):
                continue
            except TransactionAborted:
                return True
            return True
    return False
