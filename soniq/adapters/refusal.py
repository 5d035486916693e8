"""Refuse what Postgres would answer with a code, or could not answer at all, in one error each."""

from typing import TYPE_CHECKING, Any, Final

import asyncpg

from soniq.errors import (
    ConnectionUnusable,
    NotInTransaction,
    PermissionDenied,
    SchemaMissing,
    SoniqError,
    TransactionAborted,
    TransactionReadOnly,
)

if TYPE_CHECKING:
    import psycopg

UNDEFINED: Final = {"3F000", "42P01"}  # schema, table
READ_ONLY: Final = "25006"
INSUFFICIENT_PRIVILEGE: Final = "42501"
IN_FAILED_TRANSACTION: Final = "25P02"
ABORTED: Final = "an earlier statement of this transaction failed"


def check_asyncpg(connection: "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]") -> None:
    """Refuse an asyncpg connection on which a statement would fail or commit by itself.

    Raises:
        ConnectionUnusable: It is closed or was given back to its pool.
        NotInTransaction: No transaction is open.
    """
    try:
        closed = connection.is_closed()
    except asyncpg.InterfaceError as error:
        raise ConnectionUnusable("the asyncpg connection was given back to its pool") from error
    if closed:
        raise ConnectionUnusable("the asyncpg connection is closed")
    if not connection.is_in_transaction():
        raise NotInTransaction("no transaction is open on this asyncpg connection")


def check_psycopg(connection: "psycopg.AsyncConnection[Any] | psycopg.Connection[Any]") -> None:
    """Refuse a psycopg connection on which a statement would fail or commit by itself.

    Without autocommit an idle one is fine: the first statement begins.

    Raises:
        ConnectionUnusable: It is closed.
        TransactionAborted: An earlier statement of its transaction failed.
        NotInTransaction: It commits by itself and no transaction is open.
    """
    if connection.closed:
        raise ConnectionUnusable("the psycopg connection is closed")
    status = connection.info.transaction_status.name
    if status == "INERROR":
        raise TransactionAborted(ABORTED)
    if status == "IDLE" and connection.autocommit:
        raise NotInTransaction("this psycopg connection is in autocommit and no transaction is open on it")


def refusal(error: BaseException) -> SoniqError | None:
    """Say what a driver's error means to an enqueue; None where the error speaks for itself."""
    code = sqlstate(error)
    if code == IN_FAILED_TRANSACTION:
        return TransactionAborted(ABORTED)
    if code in UNDEFINED:
        return SchemaMissing("the tables of Soniq's schema are not in this database", sqlstate=code)
    if code == READ_ONLY:
        return TransactionReadOnly("this transaction is read-only", sqlstate=code)
    if code == INSUFFICIENT_PRIVILEGE:
        return PermissionDenied("the role of this connection may not write to Soniq's tables", sqlstate=code)
    return None


def sqlstate(error: BaseException) -> str | None:
    """Find Postgres' code on the error or on the driver's error that an ORM wrapped, but on no other.

    `__context__` is left alone: it may be what the user is just handling.
    """
    wrapped = [getattr(error, "orig", None), *error.args[:1], error.__cause__]
    codes = (getattr(candidate, "sqlstate", None) for candidate in (error, *wrapped))
    return next((code for code in codes if isinstance(code, str)), None)
