"""Join the transaction of a psycopg connection, asynchronous or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import PipelineStatus
from psycopg.rows import tuple_row

from soniq.adapters.joined import Joined, JoinedSync, Rows
from soniq.adapters.refusal import check_psycopg, refusal


@dataclass(frozen=True, slots=True)
class JoinedPsycopg(Joined):
    """A connection of psycopg's; our own cursor, so that the user's factories change nothing."""

    connection: psycopg.AsyncConnection[Any]

    async def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement; where nothing has begun yet, psycopg begins."""
        if _may_be_alone(self.connection):
            async with self.connection.pipeline() as pipeline:
                await pipeline.sync()
        check_psycopg(self.connection)
        try:
            async with psycopg.AsyncRawCursor(self.connection, row_factory=tuple_row) as cursor:
                await cursor.execute(statement, parameters)
                return await cursor.fetchall()
        except psycopg.Error as error:
            if found := refusal(error):
                raise found from error
            raise


@dataclass(frozen=True, slots=True)
class JoinedPsycopgSync(JoinedSync):
    """The same without an event loop."""

    connection: psycopg.Connection[Any]

    def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement; where nothing has begun yet, psycopg begins."""
        if _may_be_alone(self.connection):
            with self.connection.pipeline() as pipeline:
                pipeline.sync()
        check_psycopg(self.connection)
        try:
            with psycopg.RawCursor(self.connection, row_factory=tuple_row) as cursor:
                return cursor.execute(statement, parameters).fetchall()
        except psycopg.Error as error:
            if found := refusal(error):
                raise found from error
            raise


def _may_be_alone(connection: psycopg.AsyncConnection[Any] | psycopg.Connection[Any]) -> bool:
    """Say whether only the server knows if a transaction is open: its answers to a pipeline are still out."""
    open_pipeline = connection.info.pipeline_status != PipelineStatus.OFF
    return connection.autocommit and not connection.closed and open_pipeline


def join(connection: object) -> Joined | None:
    """Return how to speak on this connection; None where it is no `AsyncConnection`."""
    return JoinedPsycopg(connection) if isinstance(connection, psycopg.AsyncConnection) else None


def join_sync(connection: object) -> JoinedSync | None:
    """Return how to speak on this connection; None where it is no `Connection`."""
    return JoinedPsycopgSync(connection) if isinstance(connection, psycopg.Connection) else None
