"""An app's life: settings, opening, the schema, closing."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self

from soniq.app.default_database import find_database
from soniq.app.open import SETUP_SESSION, connect, create_database, grant_access, read_place
from soniq.errors import AppClosed, WrongLoop
from soniq.job.tracing import Tracing
from soniq.pool import PINNED, ConnectionPool, Lent
from soniq.settings import Settings, load
from soniq.sql.migrate import migrate, migrations, pending
from soniq.sql.place import Place
from soniq.task.policy import RetryPolicy, check_policy
from soniq.task.registry import Registry
from soniq.watch.metrics import MetricsSink

_PASSWORD: Final = re.compile(r"(?<=://)([^:/@]+):[^@]*@")


class Backend:
    """The app's own connections, lent to you."""

    def __init__(self, core: "Core") -> None:
        self._core = core

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Lent]:
        """Lend an asyncpg connection from Soniq's pool; open your transaction on it.

        Raises:
            SoniqError: What `ensure_initialized` raises.
        """
        pool = await self._core.opened()
        async with pool.acquire() as connection:
            yield connection


class Core:
    """What every group of verbs needs: settings, tasks, and the opened pool."""

    def __init__(
        self,
        database_url: str | None = None,
        /,
        *,
        retry_policy: RetryPolicy | None = None,
        metrics_sink: MetricsSink | None = None,
        tracing: Tracing | None = None,
        **settings: Any,
    ) -> None:
        if database_url is not None:
            settings["database_url"] = database_url
        self._settings = load(**settings)
        self._registry = Registry(self._settings.task_name_pattern)
        self._registry.retry_policy = check_policy(retry_policy)
        self._registry.tracing = tracing
        if metrics_sink is not None:
            self._registry.around.begun.append(metrics_sink.record_job_start)
            self._registry.around.ended.append(metrics_sink.record_job_end)
        self._pool: ConnectionPool | None = None
        self._place: Place | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening: asyncio.Lock | None = None  # of that loop
        self._binding = threading.Lock()
        self._closed = False
        self.backend = Backend(self)

    @property
    def settings(self) -> Settings:
        """The settings as they were read."""
        return self._settings

    @property
    def registry(self) -> Registry:
        """The tasks that this app knows."""
        return self._registry

    @property
    def is_initialized(self) -> bool:
        """Whether the pool is open."""
        return self._pool is not None

    @property
    def is_closed(self) -> bool:
        """Whether `close()` was called."""
        return self._closed

    def __repr__(self) -> str:
        url = _PASSWORD.sub(r"\1:…@", self._settings.database_url or "no database named")
        return f"<Soniq {url} schema={self._settings.database_schema!r} tasks={len(self._registry)}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Lent]:
        """Lend a connection of Soniq's pool with a transaction begun; commits at the end, rolls back on an error.

        Raises:
            SoniqError: What `ensure_initialized` raises.
        """
        pool = await self.opened()
        async with pool.transaction() as connection:
            yield connection

    async def ensure_initialized(self) -> None:
        """Open the pool and check the schema; every call that needs them does it by itself.

        Raises:
            NoDatabase: No database was named, and the lab's embedded one is not installed.
            DatabaseUnreachable: The server does not answer or refuses the login.
            SchemaMissing: `setup()` has not run.
            PermissionDenied: The role may not do this; `soniq setup --grant` gives it what it needs.
            SchemaTooOld: The schema lacks a migration that this code needs.
            CodeTooOld: The schema no longer serves this code.
            WrongLoop: The app was opened on another event loop.
            AppClosed: The app was closed.
        """
        await self.opened()

    async def opened(self) -> ConnectionPool:
        """Return the open pool; see `ensure_initialized`."""
        self._check_loop()
        if self._pool is None:
            async with self._bound():
                if self._pool is None:
                    await self._open()
        if self._pool is None:
            raise AppClosed("this app was closed while it opened")
        return self._pool

    def known_place(self) -> Place:
        """Return where jobs go; the app is open."""
        assert self._place is not None
        return self._place

    async def setup(self, grants: dict[str, str] | None = None) -> int:
        """Create the database, the schema and its tables, or upgrade them; safe from many processes at once.

        Args:
            grants: Roles and what they get: `producer` (enqueue), `viewer` (read), `worker` (both, and run).

        Returns:
            How many migrations this call applied: 0 where all was up to date, or others did it meanwhile.

        Raises:
            MigrationBlocked: An open transaction held Soniq's tables through every try.
            CodeTooOld: The schema no longer serves this code.
            DatabaseUnreachable: The server does not answer or refuses the login.
            NoDatabase: No database was named, and the lab's embedded one is not installed.
            OptionInvalid: There is no such role, or no such kind of access.
        """
        self._check_loop()
        self._settings = await asyncio.to_thread(find_database, self._settings)
        await create_database(self._settings)
        connection = await connect(self._settings, SETUP_SESSION)
        try:
            applied = await migrate(connection, self._settings.database_schema, migrations())
            async with connection.transaction():
                await read_place(connection, self._settings)
                await grant_access(connection, self._settings, grants or {})
        finally:
            await connection.close()
        return applied

    async def pending_migrations(self) -> list[str]:
        """Name the migrations that `setup()` would apply, in order, as `2: what it does`; nothing is changed.

        Raises:
            DatabaseUnreachable: The server does not answer, refuses the login, or lacks the database.
            NoDatabase: No database was named, and the lab's embedded one is not installed.
            PermissionDenied: The role was granted nothing there.
        """
        self._check_open()
        settings = await asyncio.to_thread(find_database, self._settings)
        connection = await connect(settings, PINNED)
        try:
            missing = await pending(connection, settings.database_schema, migrations())
        finally:
            await connection.close()
        return [f"{step.version}: {step.name}" for step in missing]

    async def close(self) -> None:
        """Close the pool. A second call does no harm; any other use afterwards raises `AppClosed`.

        Raises:
            WrongLoop: The app was opened on another event loop.
        """
        if self._loop is None:
            self._closed = True
            return
        self._check_same(asyncio.get_running_loop())
        self._closed = True
        async with self._bound():
            await self._finish()
            if self._pool is not None:
                pool, self._pool = self._pool, None
                await pool.close()
        self._loop = None

    async def _finish(self) -> None:
        """Let what was begun come to its end; nothing new begins any more."""

    async def _open(self) -> None:
        try:
            self._settings = await asyncio.to_thread(find_database, self._settings)
            pool = ConnectionPool(self._settings)
            await pool.open()
            try:
                async with pool.inner() as connection:
                    self._place = await read_place(connection, self._settings)
                self._check_open()
            except BaseException:
                await pool.close()
                raise
        except BaseException:
            self._loop = None  # another loop may try
            raise
        self._pool = pool

    def _bound(self) -> asyncio.Lock:
        """Belong to the running loop from now on, and return the lock under which the app opens and closes."""
        running = asyncio.get_running_loop()
        with self._binding:
            if self._loop is None or self._opening is None:
                self._loop, self._opening = running, asyncio.Lock()
            opening = self._opening
        self._check_same(running)
        return opening

    def _check_open(self) -> None:
        if self._closed:
            raise AppClosed("this app was closed")

    def _check_loop(self) -> None:
        self._check_open()
        self._check_same(asyncio.get_running_loop())

    def _check_same(self, running: asyncio.AbstractEventLoop) -> None:
        if self._loop is not None and self._loop is not running:
            raise WrongLoop("this app was opened on another event loop")
