"""Join the transaction of a SQLAlchemy session or connection, through its own public calls.

Never on the driver's connection: `AsyncSession.begin()` has not sent BEGIN when that is first
reachable, and a job written there would commit on its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import exc
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_scoped_session
from sqlalchemy.orm import Session, scoped_session

from soniq.adapters.joined import Joined, JoinedSync, Rows
from soniq.adapters.placeholders import in_order, percent_style
from soniq.adapters.refusal import refusal
from soniq.errors import (
    ConnectionUnusable,
    NotInTransaction,
    SoniqError,
    TransactionAborted,
    UnsupportedConnection,
)

# A user's `stream_results` would declare a server-side cursor for our INSERT, which Postgres refuses.
NO_CURSOR: Final = {"stream_results": False}
FAILED: Final = "this SQLAlchemy transaction failed, and is over but for its rollback"


@dataclass(frozen=True, slots=True)
class JoinedAlchemy(Joined):
    """An `AsyncSession` or `AsyncConnection`; one that was not used yet begins, and we join that."""

    held: AsyncSession | AsyncConnection

    async def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement where the session's own statements run."""
        try:
            connection = await self.held.connection() if isinstance(self.held, AsyncSession) else self.held
            return await connection.run_sync(_send, statement, parameters)
        except exc.SQLAlchemyError as error:
            if found := _refusal(error):
                raise found from error
            raise


@dataclass(frozen=True, slots=True)
class JoinedAlchemySync(JoinedSync):
    """A `Session` or `Connection`, also the one that `run_sync` hands out."""

    held: Session | Connection

    def fetch(self, statement: str, parameters: Sequence[object]) -> Rows:
        """Run the statement where the session's own statements run."""
        try:
            connection = self.held.connection() if isinstance(self.held, Session) else self.held
            return _send(connection, statement, parameters)
        except exc.SQLAlchemyError as error:
            if found := _refusal(error):
                raise found from error
            raise


def _send(connection: Connection, statement: str, parameters: Sequence[object]) -> Rows:
    _check(connection)
    if connection.dialect.driver == "asyncpg":
        text, values = statement, tuple(parameters)
    else:
        text, order = percent_style(statement)
        values = in_order(parameters, order)
    rows = connection.exec_driver_sql(text, values, execution_options=NO_CURSOR)
    return [tuple(row) for row in rows]


def _check(connection: Connection) -> None:
    dialect = connection.dialect
    if dialect.name != "postgresql":
        raise UnsupportedConnection(f"this SQLAlchemy connection leads to {dialect.name}, not to Postgres")
    if connection.closed:
        raise ConnectionUnusable("the SQLAlchemy connection is closed")
    # SQLAlchemy says that it is in a transaction all the same; only the driver's setting tells, and
    # `dialect.detect_autocommit_setting`, which reads it, is not there in SQLAlchemy 2.0.30.
    driver: Any = connection.connection.dbapi_connection
    if driver.autocommit:
        raise NotInTransaction("this SQLAlchemy connection is in AUTOCOMMIT: each statement commits alone")


def _refusal(error: exc.SQLAlchemyError) -> SoniqError | None:
    match error:
        case exc.PendingRollbackError():
            return TransactionAborted(FAILED)
        case exc.MissingGreenlet() | exc.StatementError(orig=exc.MissingGreenlet()):
            return UnsupportedConnection(
                "this is the synchronous half of an AsyncSession: pass the AsyncSession to `app.enqueue`, "
                "or call `enqueue_sync` inside `await session.run_sync(…)`"
            )
        case exc.UnboundExecutionError():
            return UnsupportedConnection(
                "this session has several engines or none: pass `session.connection(bind_arguments=…)`"
            )
        case exc.IllegalStateChangeError():
            return None
        case exc.InvalidRequestError() if "was rolled back due to" in str(error):
            return TransactionAborted(FAILED)
        case exc.InvalidRequestError() if "Autobegin is disabled" in str(error):
            return NotInTransaction("no transaction was begun on this session, whose autobegin is off")
        case exc.InvalidRequestError():
            return ConnectionUnusable("the SQLAlchemy session or connection is closed or its transaction ended")
    return refusal(error)


def join(connection: object) -> Joined | None:
    """Return how to speak on this session or connection; None where it is no asynchronous one."""
    held = connection() if isinstance(connection, async_scoped_session) else connection
    return JoinedAlchemy(held) if isinstance(held, AsyncSession | AsyncConnection) else None


def join_sync(connection: object) -> JoinedSync | None:
    """Return how to speak on this session or connection; None where it is no synchronous one."""
    held = connection() if isinstance(connection, scoped_session) else connection
    return JoinedAlchemySync(held) if isinstance(held, Session | Connection) else None
