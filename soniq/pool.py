"""Soniq's own connections: a pool, pinned sessions, and a reset only where it is due."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Final, Protocol, TypeAlias

import asyncpg

from soniq.errors import AppClosed, DatabaseUnreachable, NoDatabase, PermissionDenied
from soniq.lending import Lent as Lent
from soniq.lending import lend
from soniq.pooler import OPTIONS, is_between, kept, own_transaction, refuses_settings, set_local
from soniq.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Row: TypeAlias = asyncpg.Record
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
# After these the connection is done with, and the same statement may succeed on another one. Not every OSError:
# `PermissionDenied` is one, and asking again does not help.
LOST: Final = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,  # it leads to a server that is no longer the primary
)
# What a connect fails with besides: no such host, no route, no socket there.
UNREACHABLE: Final = (OSError, *LOST)
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
    """Say what a failed connect or a lost connection came to, without the password."""
    if isinstance(error, DatabaseUnreachable):
        return DatabaseUnreachable(error.message)
    advice = "; `soniq setup` makes it" if isinstance(error, asyncpg.InvalidCatalogNameError) else ""
    return DatabaseUnreachable(f"the database cannot be reached: {type(error).__name__}: {error}{advice}")


@contextmanager
def our_errors(lost: tuple[type[BaseException], ...] = LOST) -> Iterator[None]:
    """Say in Soniq's words what a connect or a statement of ours was refused for.

    Args:
        lost: What means that the connection was lost; `UNREACHABLE` around a connect.

    Raises:
        PermissionDenied: The role may not do it.
        DatabaseUnreachable: The server does not answer, refuses the login, or cut the connection.
    """
    try:
        yield
    except asyncpg.InsufficientPrivilegeError as error:
        raise PermissionDenied(f"the database refused this role: {error}") from error
    except PermissionDenied:
        raise  # said already, and an OSError like those of a connect
    except lost as error:
        raise unreachable(error) from error


class OwnConnection(asyncpg.Connection):
    """A connection on which only our own statements run."""

    pooled_session: Mapping[str, str] | None = None  # the session's settings, where a pooler lets it have none

    async def fetch(self, query: str, *args: Any, **options: Any) -> list[Any]:
        """Run one statement.

        Raises:
            PermissionDenied: The role may not run it.
        """
        with our_errors(lost=()):
            if self.pooled_session is None or self.is_in_transaction():
                return list(await super().fetch(query, *args, **options))
            async with own_transaction(self, self.pooled_session):
                return list(await super().fetch(query, *args, **options))


async def connect_directly(url: str, session: Mapping[str, str], **options: Any) -> OwnConnection | None:
    """Connect with a session's settings; None where a pooler stands between, which keeps no session."""
    try:
        connection = await asyncpg.connect(
            url, connection_class=OwnConnection, server_settings=dict(session), **options
        )
    except asyncpg.ProtocolViolationError as error:
        if not refuses_settings(error):
            raise
        return None
    if not await is_between(connection):
        return connection
    connection.terminate()
    return None


async def connect_pooled(url: str, session: Mapping[str, str], **options: Any) -> OwnConnection:
    """Connect through a pooler; each `fetch` outside a transaction is one, with the session's settings."""
    connection = await asyncpg.connect(
        url, connection_class=OwnConnection, server_settings=kept(session), **OPTIONS, **options
    )
    connection.pooled_session = session
    return connection


class ConnectionPool:
    """Connections to the queue's database; `pooled` where they lead through a pooler, once it is open.

    A connection that is lent to users is reset when it returns (SET ROLE, time-outs and locks leak
    otherwise); one that only ran our own statements is not, which saves a round trip.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lent: set[int] = set()  # backends in users' hands
        self._pool: Pool | None = None
        self.pooled = False
        # For statements that wait for other people's transactions: never more of them than half the pool.
        self.patience = asyncio.Semaphore(max(1, settings.pool_max_size // 2))

    async def open(self) -> None:
        """Connect.

        Raises:
            NoDatabase: No URL is set.
            DatabaseUnreachable: The server does not answer or refuses the login.
        """
        with our_errors(UNREACHABLE):
            self._pool = await self._create_directly()
            if self._pool is None:
                self.pooled = True
                self._pool = await self._create(server_settings=kept(PINNED), **OPTIONS)

    async def _create_directly(self) -> "Pool | None":
        try:
            pool = await self._create(server_settings=PINNED)
            async with pool.acquire() as connection:
                if not await is_between(connection):
                    return pool
        except asyncpg.ProtocolViolationError as error:
            if not refuses_settings(error):
                raise
            return None  # no connection came to be
        pool.terminate()
        return None

    async def _create(self, **options: Any) -> Pool:
        return await asyncpg.create_pool(
            database_url(self._settings),
            min_size=self._settings.pool_min_size,
            max_size=self._settings.pool_max_size,
            reset=self._reset,
            **options,
        )

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
        settings, patience = {**PINNED, **session}, {"timeout": answer_within, "command_timeout": answer_within}
        with our_errors(UNREACHABLE):
            url = database_url(self._settings)
            found = None if self.pooled else await connect_directly(url, settings, **patience)
            return found or await connect_pooled(url, settings, **patience)

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Lent]:
        """Lend a connection to a user; it is reset when it comes back, and what it says is the driver's.

        Raises:
            DatabaseUnreachable: None could be had.
        """
        async with self._taken() as connection:
            self._lent.add(connection.get_server_pid())
            with lend(self._settings.database_url, connection):
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Lent]:
        """Lend a connection with a transaction begun; it commits at the end and rolls back on an error.

        Raises:
            DatabaseUnreachable: None could be had, or none could be begun.
        """
        async with self.acquire() as connection, AsyncExitStack() as begun:
            with our_errors():
                await begun.enter_async_context(
                    connection.transaction(isolation="read_committed" if self.pooled else None)
                )
                if self.pooled:
                    await connection.execute(set_local(PINNED))
            yield connection

    @asynccontextmanager
    async def inner(self) -> AsyncIterator[Lent]:
        """Take a connection for our own statements.

        Raises:
            PermissionDenied: The role may not run one of them.
            DatabaseUnreachable: The server does not answer, or cut the connection.
        """
        async with self._taken() as connection:
            with our_errors():
                if not self.pooled:
                    yield connection
                    return
                async with own_transaction(connection, PINNED):
                    yield connection

    @asynccontextmanager
    async def _taken(self) -> AsyncIterator[Lent]:
        if self._pool is None:
            raise AppClosed("this app was closed")
        pool = self._pool
        with our_errors(UNREACHABLE):
            connection = await pool.acquire()
        try:
            yield connection
        finally:
            await pool.release(connection)

    async def _reset(self, connection: Any) -> None:
        backend = connection.get_server_pid()
        if backend in self._lent:
            self._lent.discard(backend)
            if self.pooled:
                return  # it would reset somebody else's
            await connection.execute(connection.get_reset_query())
