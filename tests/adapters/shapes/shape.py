"""One way in which people hold a transaction: what the conformance suite asks of each."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ClassVar

import asyncpg

from soniq import Cancellation, JobContext, JobId, Soniq

TASK = "send_invoice"
Block = AbstractAsyncContextManager[Any]


class Boom(Exception):
    """What a user's code raises to leave a block."""


@asynccontextmanager
async def rolled_back(block: Block, error: type[Exception] = Boom) -> AsyncIterator[Any]:
    """Leave a block by an error: the one that its body raises, or a Boom of our own."""
    try:
        async with block as held:
            yield held
            raise Boom
    except error:
        pass


class Shape(ABC):
    """A library, and how it opens, nests, leaves and spoils a transaction; blocks give what goes to `connection=`.

    Attributes:
        name: As the test ids say it.
        error: What the library raises when Postgres refuses a statement.
        lost: What it lets through when the connection is cut.
        sync: Held by code without an event loop, so enqueued by `enqueue_sync`.
        round_trips: Of one statement that the connection has run before.
    """

    name: ClassVar[str]
    error: ClassVar[type[Exception]]
    lost: ClassVar[tuple[type[Exception], ...]] = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
    sync: ClassVar[bool] = False
    round_trips: ClassVar[int] = 1

    def __init__(self, app: Soniq, url: str) -> None:
        self.app, self.url = app, url

    @abstractmethod
    async def open(self) -> None:
        """Make the pool, engine or connection."""

    @abstractmethod
    async def close(self) -> None:
        """Close everything that was opened."""

    @abstractmethod
    def transaction(self) -> Block:
        """Open a transaction that commits at the end and rolls back on an error."""

    @abstractmethod
    def nested(self, held: Any) -> Block:
        """Open the library's transaction inside a transaction."""

    @abstractmethod
    def alone(self) -> Block:
        """Give something on which a statement would commit by itself."""

    @abstractmethod
    def autocommit(self) -> Block:
        """Give the same, reached through a setting or a trap of the library."""

    @abstractmethod
    def untouched(self, commit: bool) -> Block:
        """Give what has run no statement yet; commit it by hand at the end, or leave it."""

    @abstractmethod
    async def ended(self) -> Any:
        """Return what was closed, or given back."""

    @abstractmethod
    def instead(self) -> Sequence[object]:
        """Return what people pass by mistake."""

    @abstractmethod
    async def execute(self, held: Any, statement: str) -> None:
        """Run a statement of the user's own."""

    @abstractmethod
    async def order(self, held: Any, reference: str) -> None:
        """Write the business row."""

    async def enqueue(self, held: Any, reference: str, **options: Any) -> JobId:
        """Enqueue the job of an order."""
        return await self.app.enqueue(TASK, connection=held, reference=reference, **options)

    async def enqueue_many(self, held: Any, references: Sequence[str]) -> list[str]:
        """Enqueue the jobs of many orders in one call."""
        return await self.app.enqueue_many(TASK, [{"reference": each} for each in references], connection=held)

    async def complete(self, held: Any, ctx: JobContext, result: object = None) -> None:
        """End the job of a handler."""
        await ctx.complete(connection=held, result=result)

    async def cancel(self, held: Any, job_id: str) -> Cancellation:
        """Cancel a job."""
        return await self.app.cancel_job(job_id, connection=held)


class SyncShape(Shape):
    """A shape without an event loop: its blocks hold no `await` of their own."""

    sync = True

    async def enqueue(self, held: Any, reference: str, **options: Any) -> JobId:
        """Enqueue the job of an order."""
        return self.app.enqueue_sync(TASK, connection=held, reference=reference, **options)

    async def enqueue_many(self, held: Any, references: Sequence[str]) -> list[str]:
        """Enqueue the jobs of many orders in one call."""
        return self.app.enqueue_many_sync(TASK, [{"reference": each} for each in references], connection=held)

    async def complete(self, held: Any, ctx: JobContext, result: object = None) -> None:
        """End the job of a handler."""
        ctx.complete_sync(connection=held, result=result)

    async def cancel(self, held: Any, job_id: str) -> Cancellation:
        """Cancel a job."""
        return self.app.cancel_job_sync(job_id, connection=held)
