"""Connections on which a statement would fail, or commit by itself."""

from soniq.errors.base import SoniqError


class UnsupportedConnection(SoniqError, TypeError):
    """`connection=` was given something that is not a connection Soniq can speak through."""

    code = "SONIQ_UNSUPPORTED_CONNECTION"
    hint = (
        "Pass the connection or session itself: asyncpg, psycopg, SQLAlchemy, Django or Tortoise's transaction client; "
        "not a pool, an engine, a URL or a raw driver connection."
    )


class NotInTransaction(SoniqError):
    """The statement would commit by itself, so the job would not share the fate of your write."""

    code = "SONIQ_NOT_IN_TRANSACTION"
    hint = (
        "Begin the transaction in your library's own way (asyncpg: `async with conn.transaction():`) and enqueue "
        "inside it; or omit `connection=`."
    )


class ConnectionUnusable(SoniqError):
    """The connection is closed, was given back to its pool, or its transaction has ended."""

    code = "SONIQ_CONNECTION_UNUSABLE"
    hint = "Enqueue inside the block that opened the connection and its transaction."


class TransactionAborted(SoniqError):
    """An earlier statement failed, so Postgres refuses everything until the rollback."""

    code = "SONIQ_TRANSACTION_ABORTED"
    hint = "Roll back (to a savepoint, if you opened one) and try again; the job was not written."


class TransactionReadOnly(SoniqError):
    """The transaction may only read, so no job can join it."""

    code = "SONIQ_TRANSACTION_READ_ONLY"
    hint = "Roll back, and enqueue in a transaction that may write, on the primary server; the job was not written."


class PermissionDenied(SoniqError, PermissionError):
    """The role that is logged in may not do this to Soniq's schema."""

    code = "SONIQ_PERMISSION_DENIED"
    hint = (
        "As the schema's owner run `soniq setup --grant ROLE=producer|viewer|worker`; `soniq setup` itself needs "
        "to own the schema, or CREATE on the database to make it, and CREATEDB where the database is missing. "
        "A transaction that hit this is aborted: roll it back."
    )


class WrongDatabase(SoniqError):
    """The connection leads to a database that does not hold this app's queue."""

    code = "SONIQ_WRONG_DATABASE"
    hint = (
        "Enqueue on a connection to the database that the app was opened on; a job cannot join a transaction elsewhere."
    )


class SchemaMissing(SoniqError):
    """The database has no Soniq schema."""

    code = "SONIQ_SCHEMA_MISSING"
    hint = (
        "Run `soniq setup` (or `await app.setup()`) against this database. "
        "A transaction that hit this is aborted: roll it back."
    )
