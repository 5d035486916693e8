"""Soniq's own connections: a pool, pinned sessions, and a reset only where it is due."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol, TypeAlias

import asyncpg

from soniq.errors import AppClosed, DatabaseUnreachable, NoDatabase
from soniq.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record
Lent: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# What a role or a database may have set otherwise, and our statements rely on.
PINNED: Final = {
    "application_name": "soniq",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "idle_session_timeout": "0",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "timezone": "UTC",
}
UNREACHABLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
# After these the connection is done with, and the same statement may succeed on another one.
LOST: Final = (
    *UNREACHABLE,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,  # it leads to a server that is no longer the primary
)
# What Postgres will refuse again however often it is asked.
BAD_DATA: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)


class Executor(Protocol):
    """Whatever runs a statement of ours: a connection, or a worker's line to the database."""

    async def fetch(self, query: str, /, *args: Any) -> list[Any]:
        """Run one statement and return its rows."""


def database_url(settings: Settings) -> str:
    """Return the URL that the settings name.

    Raises:
        NoDatabase: They name none.
    """
    if settings.database_url is None:
        raise NoDatabase("no database was named")
    return settings.database_url


def unreachable(error: BaseException) -> DatabaseUnreachable:
    """Say what a failed connect came to, without the password."""
    advice = "; `soniq setup` makes it" if isinstance(error, asyncpg.InvalidCatalogNameError) else ""
    return DatabaseUnreachable(f"could not connect: {type(error).__name__}: {error}{advice}")


class ConnectionPool:
    """Connections to the queue's database.

    A connection that is lent to users is reset when it returns (SET ROLE, time-outs and locks leak
    otherwise); one that only ran our own statements is not, which saves a round trip.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lent: set[int] = set()  # backends in users' hands
        self._pool: Pool | None = None

    async def open(self) -> None:
        """Connect.

        Raises:
            NoDatabase: No URL is set.
            DatabaseUnreachable: The server does not answer or refuses the login.
        """
        try:
            self._pool = await asyncpg.create_pool(
                database_url(self._settings),
                min_size=self._settings.pool_min_size,
                max_size=self._settings.pool_max_size,
                reset=self._reset,
                server_settings=PINNED,
            )
        except LOST as error:
            raise unreachable(error) from error

    async def close(self) -> None:
        """Close every connection, waiting for those in use."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    async def connect(self, session: Mapping[str, str], answer_within: float) -> Connection:
        """Open a connection beside the pool, for who holds it for long.

        Args:
            session: Settings of the session, beyond those that all of ours pin.
            answer_within: Seconds after which the connect, or a statement, counts as lost.

        Raises:
            NoDatabase: No URL is set.
            DatabaseUnreachable: The server does not answer or refuses the login.
        """
        try:
            return await asyncpg.connect(
                database_url(self._settings),
                timeout=answer_within,
                command_timeout=answer_within,
                server_settings={**PINNED, **session},
            )
        except LOST as error:
            raise unreachable(error) from error

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Lent]:
        """Lend a connection to a user; it is reset when it comes back."""
        async with self.inner() as connection:
            self._lent.add(connection.get_server_pid())
            yield connection

    @asynccontextmanager
    async def inner(self) -> AsyncIterator[Lent]:
        """Take a connection for our own statements."""
        if self._pool is None:
            raise AppClosed("this app was closed")
        async with self._pool.acquire() as connection:
            yield connection

    async def _reset(self, connection: Any) -> None:
        backend = connection.get_server_pid()
        if backend in self._lent:
            self._lent.discard(backend)
            await connection.execute(connection.get_reset_query())
