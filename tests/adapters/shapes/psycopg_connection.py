"""psycopg's connections, asynchronous and not, also with factories that change every result."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import psycopg
from psycopg.rows import scalar_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from tests.adapters.shapes.shape import Shape, SyncShape

INSERT = "insert into orders (reference) values ({})"


class Psycopg(Shape):
    name = "psycopg-async"
    error = psycopg.Error
    lost = (psycopg.Error,)
    options: ClassVar[dict[str, Any]] = {}
    placeholder: ClassVar[str] = "%s"

    async def connect(self, **options: Any) -> Any:
        return await psycopg.AsyncConnection.connect(self.url, **self.options, **options)

    async def open(self) -> None:
        self.connection = await self.connect()

    async def close(self) -> None:
        await self.connection.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self.connection.transaction():
            yield self.connection

    @asynccontextmanager
    async def nested(self, held: Any) -> AsyncIterator[Any]:
        async with held.transaction():
            yield held

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        async with await self.connect(autocommit=True) as connection:
            yield connection

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        async with self.transaction() as connection:
            pass
        await connection.set_autocommit(True)
        yield connection

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        yield self.connection
        await (self.connection.commit() if commit else self.connection.rollback())

    async def ended(self) -> Any:
        async with await self.connect() as connection:
            pass
        return connection

    def instead(self) -> Sequence[object]:
        return [self.url, self.connection.cursor(), self.connection.pgconn, AsyncConnectionPool("", open=False)]

    async def execute(self, held: Any, statement: str) -> None:
        await held.execute(statement)

    async def order(self, held: Any, reference: str) -> None:
        await held.execute(INSERT.format(self.placeholder), [reference])


class PsycopgWithFactories(Psycopg):
    """Raw cursors take `$1` only, and rows are no tuples."""

    name = "psycopg-async-factories"
    options: ClassVar[dict[str, Any]] = {"cursor_factory": psycopg.AsyncRawCursor, "row_factory": scalar_row}
    placeholder = "$1"


class PsycopgSync(SyncShape):
    name = "psycopg-sync"
    error = psycopg.Error
    lost = (psycopg.Error,)

    async def open(self) -> None:
        self.connection = psycopg.connect(self.url, row_factory=scalar_row)

    async def close(self) -> None:
        self.connection.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        with self.connection.transaction():
            yield self.connection

    @asynccontextmanager
    async def nested(self, held: Any) -> AsyncIterator[Any]:
        with held.transaction():
            yield held

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield connection

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        async with self.transaction() as connection:
            pass
        connection.autocommit = True
        yield connection

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        yield self.connection
        if commit:
            self.connection.commit()
        else:
            self.connection.rollback()

    async def ended(self) -> Any:
        with psycopg.connect(self.url) as connection:
            pass
        return connection

    def instead(self) -> Sequence[object]:
        return [self.url, self.connection.cursor(), self.connection.pgconn, ConnectionPool("", open=False)]

    async def execute(self, held: Any, statement: str) -> None:
        held.execute(statement)

    async def order(self, held: Any, reference: str) -> None:
        held.execute(INSERT.format("%s"), [reference])
