"""Django's `connection` inside `transaction.atomic()`, on a thread without an event loop, as its views run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from typing import Any, ClassVar

import django
from django.conf import settings
from django.db import DatabaseError, connection, connections, models, transaction
from psycopg.conninfo import conninfo_to_dict

from soniq import Cancellation, JobContext, JobId
from tests.adapters.shapes.shape import TASK, SyncShape

ENGINE = "django.db.backends.postgresql"
settings.configure(
    DATABASES={"default": {"ENGINE": ENGINE}, "second": {"ENGINE": ENGINE}}, LOGGING_CONFIG=None, USE_TZ=True
)
django.setup()


class Order(models.Model):  # type: ignore[misc]  # Django ships no types
    """An order, for Django."""

    reference = models.TextField()

    class Meta:
        app_label = "shop"
        db_table = "orders"


class DjangoConnection(SyncShape):
    name = "django-connection"
    error = DatabaseError
    lost = (DatabaseError,)
    alias: ClassVar[str] = "default"
    options: ClassVar[dict[str, Any]] = {}

    async def on_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.thread, call, *args)

    def held(self) -> Any:
        return connection

    async def open(self) -> None:
        parts = {key.upper(): value for key, value in conninfo_to_dict(self.url).items()}
        parts["NAME"] = parts.pop("DBNAME")
        for alias in connections:
            connections.settings[alias].update(parts, OPTIONS=self.options)
        self.thread = ThreadPoolExecutor(1)

    async def close(self) -> None:
        await self.on_thread(connections.close_all)
        self.thread.shutdown()

    @asynccontextmanager
    async def entered(self, block: AbstractContextManager[Any]) -> AsyncIterator[Any]:
        await self.on_thread(block.__enter__)
        try:
            yield self.held()
        except BaseException as error:
            await self.on_thread(block.__exit__, type(error), error, error.__traceback__)
            raise
        await self.on_thread(block.__exit__, None, None, None)

    def transaction(self) -> Any:
        return self.entered(transaction.atomic(self.alias))

    def nested(self, held: Any) -> Any:
        return self.transaction()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        yield self.held()

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        """Open a block on the other connection."""
        [other] = set(connections) - {self.alias}
        async with self.entered(transaction.atomic(other)):
            yield self.held()

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        """Manage the transaction by hand."""
        await self.on_thread(transaction.set_autocommit, False, self.alias)
        yield self.held()
        await self.on_thread(transaction.commit if commit else transaction.rollback, self.alias)
        await self.on_thread(transaction.set_autocommit, True, self.alias)

    async def ended(self) -> Any:
        """Close it inside its block, which goes on: afterwards Django would connect again."""
        await self.on_thread(transaction.atomic(self.alias).__enter__)
        await self.on_thread(connections.close_all)
        return self.held()

    def instead(self) -> Sequence[object]:
        cursor = self.thread.submit(lambda: connections[self.alias].cursor()).result()
        return [self.url, self.alias, connections, cursor, transaction.atomic(), Order, Order(), Order.objects]

    async def execute(self, held: Any, statement: str) -> None:
        def run() -> None:
            with connections[self.alias].cursor() as cursor:
                cursor.execute(statement)

        await self.on_thread(run)

    async def order(self, held: Any, reference: str) -> None:
        await self.on_thread(lambda: Order.objects.using(self.alias).create(reference=reference))

    async def enqueue(self, held: Any, reference: str, **options: Any) -> JobId:
        call = partial(self.app.enqueue_sync, TASK, connection=held, reference=reference, **options)
        job_id: JobId = await self.on_thread(call)
        return job_id

    async def enqueue_many(self, held: Any, references: Sequence[str]) -> list[str]:
        arguments = [{"reference": each} for each in references]
        return list(await self.on_thread(partial(self.app.enqueue_many_sync, TASK, arguments, connection=held)))

    async def complete(self, held: Any, ctx: JobContext, result: object = None) -> None:
        await self.on_thread(partial(ctx.complete_sync, connection=held, result=result))

    async def cancel(self, held: Any, job_id: str) -> Cancellation:
        return Cancellation(await self.on_thread(partial(self.app.cancel_job_sync, job_id, connection=held)))


class DjangoSecond(DjangoConnection):
    """One of several connections, itself and not by proxy, whose statements the server binds."""

    name = "django-second-server-binding"
    alias = "second"
    options: ClassVar[dict[str, Any]] = {"server_side_binding": True}

    async def open(self) -> None:
        await super().open()
        self.wrapper = await self.on_thread(connections.__getitem__, self.alias)

    def held(self) -> Any:
        return self.wrapper
