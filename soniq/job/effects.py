"""What a running attempt can do to its job and its queue, as the worker lets it."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol

from soniq.job.new import JobId

if TYPE_CHECKING:
    from soniq.pool import Lent


class Producer(Protocol):
    """Who enqueues: the app."""

    async def enqueue(self, *args: Any, **options: Any) -> JobId:
        """Enqueue one job."""

    async def enqueue_many(self, *args: Any, **options: Any) -> list[str]:
        """Enqueue many jobs of one task."""

    async def schedule(self, *args: Any, **options: Any) -> JobId:
        """Enqueue one job for later."""


class Effects(Protocol):
    """Behind the methods of `JobContext`, which say what each of these promises."""

    @property
    def open_connection(self) -> object | None:
        """The connection of the transaction that is open, None where there is none."""

    @property
    def producer(self) -> Producer:
        """Who enqueues."""

    def transaction(self) -> "AbstractAsyncContextManager[Lent]":
        """Lend a connection whose commit is the job's end."""

    def set_result(self, value: Any) -> None:
        """Keep what the transaction stores as the job's result."""

    async def complete(self, connection: object, result: Any) -> None:
        """Settle the job on an asynchronous connection."""

    def complete_sync(self, connection: object, result: Any) -> None:
        """Settle the job on a synchronous connection."""
