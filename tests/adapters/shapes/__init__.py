"""Every shape in which people hold a transaction. A new one is one class, and one line here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from soniq import Soniq
from tests.adapters.shapes import (
    django_connection,
    own_asyncpg,
    psycopg_connection,
    sqlalchemy_async,
    sqlalchemy_sync,
    tortoise_client,
)
from tests.adapters.shapes.shape import TASK, Shape

SHAPES: Final[dict[str, type[Shape]]] = {
    shape.name: shape
    for shape in (
        own_asyncpg.SoniqPool,
        own_asyncpg.SoniqTransaction,
        own_asyncpg.OwnPool,
        own_asyncpg.OwnPoolWithCodec,
        own_asyncpg.OwnPoolElsewhere,
        own_asyncpg.OwnPoolUncached,
        own_asyncpg.OwnConnection,
        sqlalchemy_async.Session,
        sqlalchemy_async.SessionOnPsycopg,
        sqlalchemy_async.SQLModel,
        sqlalchemy_async.SQLModelOnPsycopg,
        sqlalchemy_async.Connection,
        sqlalchemy_async.ConnectionOnPsycopg,
        sqlalchemy_async.RunSync,
        sqlalchemy_sync.SyncSession,
        sqlalchemy_sync.SyncConnection,
        tortoise_client.TortoiseOnAsyncpg,
        tortoise_client.TortoiseOnPsycopg,
        psycopg_connection.Psycopg,
        psycopg_connection.PsycopgWithFactories,
        psycopg_connection.PsycopgSync,
        django_connection.DjangoConnection,
        django_connection.DjangoSecond,
    )
}


async def send_invoice(reference: str) -> None:
    """Stand for the work that an order causes."""


@asynccontextmanager
async def opened(name: str, queue_url: str, leads_to: str | None = None) -> AsyncIterator[Shape]:
    """Open an app on a queue, and a shape whose connections lead there, or elsewhere."""
    async with Soniq(queue_url) as app:
        app.job(name=TASK)(send_invoice)
        shape = SHAPES[name](app, leads_to or queue_url)
        await shape.open()
        try:
            yield shape
        finally:
            await shape.close()
