"""The user's own asyncpg: a pool, plain or with what people set on it, and a lone connection."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import asyncpg

from tests.adapters.shapes.shape import Shape, rolled_back


class AsyncpgShape(Shape):
    """What a connection of asyncpg's does, wherever it came from."""

    error = asyncpg.PostgresError

    def lend(self) -> Any:
        """Give a connection for a block."""
        raise NotImplementedError

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self.lend() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def nested(self, held: Any) -> AsyncIterator[Any]:
        async with held.transaction():
            yield held

    def alone(self) -> Any:
        return self.lend()

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        async with self.transaction() as connection:
            await connection.execute("commit")
            yield connection

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        """Begin by a plain statement: asyncpg begins nothing by itself."""
        async with self.lend() as connection:
            await connection.execute("begin")
            yield connection
            await connection.execute("commit" if commit else "rollback")

    async def ended(self) -> Any:
        async with self.transaction() as connection:
            pass
        return connection

    def instead(self) -> Sequence[object]:
        return [self.url, asyncpg.Connection]

    async def execute(self, held: Any, statement: str) -> None:
        await held.execute(statement)

    async def order(self, held: Any, reference: str) -> None:
        await held.execute("insert into public.orders (reference) values ($1)", reference)


class OwnPool(AsyncpgShape):
    name = "asyncpg-pool"
    options: ClassVar[dict[str, Any]] = {}

    async def open(self) -> None:
        self.pool = await asyncpg.create_pool(self.url, min_size=1, max_size=2, **self.options)

    async def close(self) -> None:
        await self.pool.close()

    def lend(self) -> Any:
        return self.pool.acquire()

    def instead(self) -> Sequence[object]:
        return [*super().instead(), self.pool, self.pool.acquire()]


async def speak_json(connection: Any) -> None:
    """Do what many do in a pool's `init`."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


class OwnPoolWithCodec(OwnPool):
    name = "asyncpg-pool-jsonb-codec"
    options: ClassVar[dict[str, Any]] = {"init": speak_json}


class OwnPoolElsewhere(OwnPool):
    """Its search path leads to tables of the same names as ours."""

    name = "asyncpg-pool-search-path"
    options: ClassVar[dict[str, Any]] = {"server_settings": {"search_path": "decoy"}}


class OwnPoolUncached(OwnPool):
    """asyncpg asks the server about every statement first, ours or the user's."""

    name = "asyncpg-pool-uncached"
    round_trips = 2
    options: ClassVar[dict[str, Any]] = {"statement_cache_size": 0}


class OwnConnection(AsyncpgShape):
    name = "asyncpg-connection"

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(self.url)
        try:
            yield connection
        finally:
            await connection.close()


class SoniqPool(AsyncpgShape):
    """`app.backend.acquire()`, and a transaction opened on it."""

    name = "soniq-acquire"

    async def open(self) -> None:
        self.lender = self.app if self.url == self.app.settings.database_url else type(self.app)(self.url)

    async def close(self) -> None:
        if self.lender is not self.app:
            await self.lender.close()

    def lend(self) -> Any:
        return self.lender.backend.acquire()

    def instead(self) -> Sequence[object]:
        return [*super().instead(), self.app.backend, self.app.backend.acquire(), self.app]


class SoniqTransaction(SoniqPool):
    """`app.transaction()`: acquire and BEGIN in one."""

    name = "soniq-transaction"

    def transaction(self) -> Any:
        return self.lender.transaction()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        async with self.transaction() as connection:
            await connection.execute("rollback")
            yield connection

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        async with self.transaction() if commit else rolled_back(self.transaction()) as connection:
            yield connection

    def instead(self) -> Sequence[object]:
        return [*super().instead(), self.app.transaction()]
