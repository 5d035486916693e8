"""Say what was given in place of a connection, and what to pass instead."""

import inspect
from typing import Final

from soniq.errors import UnsupportedConnection

_ENGINE: Final = "`async with AsyncSession(engine) as session, session.begin():` and pass the session"
_SYNC_ENGINE: Final = "`with Session(engine) as session, session.begin():`; `enqueue_sync` takes the session"
_MAKER: Final = "call it, `async with maker() as session, session.begin():`, and pass the session"
_SYNC_MAKER: Final = "call it, `with maker() as session, session.begin():`; `enqueue_sync` takes the session"
_ASYNCPG_POOL: Final = "`async with pool.acquire() as conn, conn.transaction():` and pass `conn`"
_PSYCOPG_POOL: Final = "`async with pool.connection() as conn:` and pass `conn`"
_CURSOR: Final = "pass `cursor.connection`"
_TRANSACTION: Final = "pass the connection or session that it was begun on"
_DJANGO: Final = "`with transaction.atomic():`; `enqueue_sync` takes `django.db.connection`"
_RAW: Final = "pass the session or connection of SQLAlchemy itself: its transaction may not have begun here"
_SEPARATE: Final = (
    "it has no transaction to join here, and `enqueue_sync` and `cancel_job_sync` make none; use `await app.enqueue` "
    "and `await app.cancel_job`"
)

# By library and class name along the class's ancestors, so that nothing is imported to find out.
_INSTEAD: Final = {
    ("asyncpg", "Pool"): _ASYNCPG_POOL,
    ("asyncpg", "PoolAcquireContext"): _ASYNCPG_POOL,
    ("asyncpg", "Transaction"): _TRANSACTION,
    ("asyncpg", "PreparedStatement"): "pass the connection that it was prepared on",
    ("django", "Atomic"): "enter it; `enqueue_sync` takes `django.db.connection`, on which it begins",
    ("django", "BaseConnectionHandler"): 'name one, `connections["default"]`, in its `transaction.atomic()` block',
    ("django", "BaseManager"): _DJANGO,
    ("django", "ConnectionProxy"): _DJANGO,
    ("django", "CursorWrapper"): "pass `cursor.db` to `enqueue_sync`",
    ("django", "Model"): _DJANGO,
    ("django", "QuerySet"): _DJANGO,
    ("psycopg", "BaseCursor"): _CURSOR,
    ("psycopg", "BaseTransaction"): _TRANSACTION,
    ("psycopg_pool", "AsyncConnectionPool"): _PSYCOPG_POOL,
    ("psycopg_pool", "AsyncNullConnectionPool"): _PSYCOPG_POOL,
    ("psycopg_pool", "ConnectionPool"): "`with pool.connection() as conn:` and pass `conn` to `enqueue_sync`",
    ("sqlalchemy", "AsyncEngine"): _ENGINE,
    ("sqlalchemy", "Engine"): _SYNC_ENGINE,
    ("sqlalchemy", "async_sessionmaker"): _MAKER,
    ("sqlalchemy", "sessionmaker"): _SYNC_MAKER,
    ("sqlalchemy", "AsyncTransaction"): _TRANSACTION,
    ("sqlalchemy", "Transaction"): _TRANSACTION,
    ("sqlalchemy", "AsyncSessionTransaction"): _TRANSACTION,
    ("sqlalchemy", "SessionTransaction"): _TRANSACTION,
    ("sqlalchemy", "PoolProxiedConnection"): _RAW,
    ("sqlalchemy", "AdaptedConnection"): _RAW,
    ("tortoise", "TransactionContext"): "`async with in_transaction() as conn:` and pass `conn`",
    ("soniq", "Backend"): "`async with app.backend.acquire() as conn, conn.transaction():` and pass `conn`",
    ("soniq", "Soniq"): "`async with app.transaction() as conn:` and pass `conn`",
    ("soniq", "Separate"): _SEPARATE,
    ("contextlib", "_AsyncGeneratorContextManager"): "enter it, `async with … as conn:`, and pass `conn`",
    ("contextlib", "_GeneratorContextManager"): "enter it, `with … as conn:`, and pass `conn`",
    ("builtins", "str"): "a URL or a name opens no transaction; pass the connection that yours was begun on",
}
_GENERAL: Final = "pass the connection or session on which your own rows are written"


def unsupported(given: object) -> UnsupportedConnection:
    """Name what was given, by its type only (a URL may hold a password), and what to pass instead."""
    if given is None:
        return UnsupportedConnection("`connection=` was given None: the session or connection was never made")
    name = f"{type(given).__module__}.{type(given).__qualname__}".removeprefix("builtins.")
    article = "an" if name[0].lower() in "aeiou" else "a"
    return UnsupportedConnection(f"`connection=` was given {article} `{name}`: {_instead(given)}", given=name)


def needs_sync(given: object) -> UnsupportedConnection:
    """Refuse a synchronous connection where an asynchronous one is due."""
    name = type(given).__qualname__
    return UnsupportedConnection(
        f"`connection=` was given a synchronous `{name}`: use `app.enqueue_sync(…, connection=…)`, or "
        "`ctx.complete_sync(connection=…)` to end a job; "
        f"from async code, `await {_runner(given)}` runs it",
        given=name,
    )


def needs_async(given: object) -> UnsupportedConnection:
    """Refuse an asynchronous connection where a synchronous one is due."""
    name = type(given).__qualname__
    return UnsupportedConnection(
        f"`connection=` was given an asynchronous `{name}`: use `await app.enqueue(…, connection=…)`, or "
        "`await ctx.complete(connection=…)` to end a job",
        given=name,
    )


def _runner(given: object) -> str:
    is_django = any(ancestor.__module__.startswith("django.") for ancestor in type(given).__mro__)
    return "sync_to_async(function)(…)" if is_django else "session.run_sync(…)"


def _instead(given: object) -> str:
    if inspect.iscoroutine(given):
        return "an `await` is missing in front of it"
    if isinstance(given, type):
        return f"this is the class `{given.__qualname__}`; pass an open connection"
    for ancestor in type(given).__mro__:
        found = _INSTEAD.get((ancestor.__module__.partition(".")[0], ancestor.__name__))
        if found:
            return found
    return _GENERAL
