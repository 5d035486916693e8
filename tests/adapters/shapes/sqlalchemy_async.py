"""SQLAlchemy's asynchronous half: sessions and connections, on asyncpg and on psycopg."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import sqlmodel
from sqlalchemy import insert, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession as SQLModelSession

from soniq import JobContext, JobId
from tests.adapters.shapes.orders import Order, Purchase
from tests.adapters.shapes.shape import TASK, Shape


class EngineShape(Shape):
    """What sessions and connections have in common: the engine."""

    error = DBAPIError
    lost = (DBAPIError,)
    driver: ClassVar[str] = "asyncpg"

    def engine_with(self, **options: Any) -> AsyncEngine:
        return create_async_engine(make_url(self.url).set(drivername=f"postgresql+{self.driver}"), **options)

    async def open(self) -> None:
        self.engine = self.engine_with()
        self.automatic = self.engine_with(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        await self.engine.dispose()
        await self.automatic.dispose()

    @asynccontextmanager
    async def nested(self, held: Any) -> AsyncIterator[Any]:
        async with held.begin_nested():
            yield held

    def instead(self) -> Sequence[object]:
        return [self.url, self.engine, self.engine.sync_engine, async_sessionmaker(self.engine), AsyncSession]


class Session(EngineShape):
    name = "sqlalchemy-session-asyncpg"
    kind: ClassVar[type[AsyncSession]] = AsyncSession

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self.kind(self.engine) as session, session.begin():
            yield session

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        async with self.kind(self.engine, autobegin=False) as session:
            yield session

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        async with self.kind(self.automatic) as session, session.begin():
            yield session

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        async with self.kind(self.engine) as session:
            yield session
            if commit:
                await session.commit()

    async def ended(self) -> Any:
        async with self.kind(self.engine, close_resets_only=False) as session:
            await session.connection()
        return session

    async def execute(self, held: Any, statement: str) -> None:
        await (await held.connection()).execute(text(statement))

    async def order(self, held: Any, reference: str) -> None:
        held.add(Order(reference=reference))
        await held.flush()


class SessionOnPsycopg(Session):
    name = "sqlalchemy-session-psycopg"
    driver = "psycopg"


class SQLModel(Session):
    name = "sqlmodel-session-asyncpg"
    kind = SQLModelSession

    async def order(self, held: Any, reference: str) -> None:
        held.add(Purchase(reference=reference))
        await held.flush()

    def instead(self) -> Sequence[object]:
        return [*super().instead(), sqlmodel.Session]


class SQLModelOnPsycopg(SQLModel):
    name = "sqlmodel-session-psycopg"
    driver = "psycopg"


class Connection(EngineShape):
    name = "sqlalchemy-connection-asyncpg"

    def transaction(self) -> Any:
        return self.engine.begin()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    def autocommit(self) -> Any:
        return self.automatic.begin()

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        async with self.engine.connect() as connection:
            yield connection
            if commit:
                await connection.commit()

    async def ended(self) -> Any:
        async with self.engine.connect() as connection:
            pass
        return connection

    def instead(self) -> Sequence[object]:
        return [*super().instead(), self.engine.begin()]

    async def execute(self, held: Any, statement: str) -> None:
        await held.execute(text(statement))

    async def order(self, held: Any, reference: str) -> None:
        await held.execute(insert(Order).values(reference=reference))


class ConnectionOnPsycopg(Connection):
    name = "sqlalchemy-connection-psycopg"
    driver = "psycopg"


class RunSync(Session):
    """An AsyncSession whose synchronous half enqueues, inside `run_sync`."""

    name = "sqlalchemy-run-sync"

    async def enqueue(self, held: Any, reference: str, **options: Any) -> JobId:
        def inside(session: Any) -> str:
            return self.app.enqueue_sync(TASK, connection=session, reference=reference, **options)

        job_id: JobId = await held.run_sync(inside)
        return job_id

    async def enqueue_many(self, held: Any, references: Sequence[str]) -> list[str]:
        def inside(session: Any) -> list[str]:
            return self.app.enqueue_many_sync(TASK, [{"reference": each} for each in references], connection=session)

        return list(await held.run_sync(inside))

    async def complete(self, held: Any, ctx: JobContext, result: object = None) -> None:
        await held.run_sync(lambda session: ctx.complete_sync(connection=session, result=result))
