"""SQLAlchemy without an event loop: `Session` and `Connection`, on psycopg."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, insert, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from tests.adapters.shapes.orders import Order
from tests.adapters.shapes.shape import SyncShape


class SyncEngineShape(SyncShape):
    """What both have in common: the engine."""

    error = DBAPIError
    lost = (DBAPIError,)

    def engine_with(self, **options: Any) -> Engine:
        return create_engine(make_url(self.url).set(drivername="postgresql+psycopg"), **options)

    async def open(self) -> None:
        self.engine = self.engine_with()
        self.automatic = self.engine_with(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        self.engine.dispose()
        self.automatic.dispose()

    @asynccontextmanager
    async def nested(self, held: Any) -> AsyncIterator[Any]:
        with held.begin_nested():
            yield held

    def instead(self) -> Sequence[object]:
        return [self.url, self.engine, sessionmaker(self.engine), self.engine.begin(), Session]

    async def execute(self, held: Any, statement: str) -> None:
        held.execute(text(statement))


class SyncSession(SyncEngineShape):
    name = "sqlalchemy-sync-session"

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        with Session(self.engine) as session, session.begin():
            yield session

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        with Session(self.engine, autobegin=False) as session:
            yield session

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        with Session(self.automatic) as session, session.begin():
            yield session

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        with Session(self.engine) as session:
            yield session
            if commit:
                session.commit()

    async def ended(self) -> Any:
        with Session(self.engine, close_resets_only=False) as session:
            session.connection()
        return session

    async def order(self, held: Any, reference: str) -> None:
        held.add(Order(reference=reference))
        held.flush()


class SyncConnection(SyncEngineShape):
    name = "sqlalchemy-sync-connection"

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        with self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        with self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        with self.automatic.begin() as connection:
            yield connection

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        with self.engine.connect() as connection:
            yield connection
            if commit:
                connection.commit()

    async def ended(self) -> Any:
        with self.engine.connect() as connection:
            pass
        return connection

    async def order(self, held: Any, reference: str) -> None:
        held.execute(insert(Order).values(reference=reference))
