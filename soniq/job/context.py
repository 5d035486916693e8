"""What a handler may know about its own run, and do to its own job."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from soniq.errors import ContextUnusable, OptionInvalid
from soniq.job.effects import Effects
from soniq.job.log import JobLogger
from soniq.job.new import JobId
from soniq.job.numbers import is_number

if TYPE_CHECKING:
    from soniq.pool import Lent


class Link(Protocol):
    """Between a running attempt and who looks at it from outside; its worker makes it."""

    @property
    def cancelled(self) -> bool:
        """Whether the job was asked to end."""
        ...

    def report(self, share: float, note: str | None) -> None:
        """Say how far the attempt has come; from any thread."""
        ...

    def heed(self, end: Callable[[], None]) -> None:
        """Call `end` as soon as the job is asked to end."""
        ...


class Reported:
    """What `progress` returns: awaiting it gives the others a turn, and nothing is lost without it."""

    def __await__(self) -> Generator[None, None, None]:
        yield


@dataclass(frozen=True, slots=True)
class JobContext:
    """The running job, for a handler that has a parameter annotated `JobContext`.

    Attributes:
        job_id: UUID as text; stable over all attempts, so a good idempotency key.
        job_name: The task's name.
        attempt: This run's number, from 1.
        max_attempts: Runs at most, the first one included.
        queue: Where the job was taken from.
        worker_id: The worker that runs it.
        scheduled_at: When its caller asked for, None for at once.
        created_at: When it was enqueued, by the database's clock.
        trace_id: Of the attempt's span, 32 hexadecimal digits; None where `Soniq(tracing=…)` is not set.
        span_id: Of that span, 16 hexadecimal digits.
    """

    job_id: str
    job_name: str
    attempt: int
    max_attempts: int
    queue: str
    worker_id: str
    scheduled_at: datetime | None
    created_at: datetime
    trace_id: str | None = field(default=None, kw_only=True)
    span_id: str | None = field(default=None, kw_only=True)
    _effects: Effects | None = field(default=None, repr=False, compare=False, kw_only=True)

    @property
    def enqueued_at(self) -> datetime:
        """When it was enqueued, by the database's clock: another name of `created_at`."""
        return self.created_at

    @property
    def logger(self) -> JobLogger:
        """A logger (`soniq.job`) whose messages name the job, the task and the attempt."""
        return JobLogger(
            {
                "job_id": self.job_id,
                "task": self.job_name,
                "queue": self.queue,
                "attempt": self.attempt,
                "max_attempts": self.max_attempts,
            }
        )

    def transaction(self) -> "AbstractAsyncContextManager[Lent]":
        """Lend a connection of Soniq's pool with a transaction whose commit is also the end of the job.

        As its last statement the transaction settles the job as done, and only while this attempt still holds
        it. An exception in the block rolls everything back and is the attempt's failure, unless it is a
        `Snooze`, `Retry` or `Discard`. After a block that ended normally the job is done: what the handler
        does, returns or raises then is logged and changes nothing.

        Raises:
            ClaimLost: At the end of the block: another attempt has the job. Everything was rolled back.
            AlreadyCompleted: The attempt has had a transaction, or a `complete`, already.
            ContextUnusable: The handler runs in a thread, the attempt has ended, or no worker made this context.
            DatabaseUnreachable: No connection could be had, or it was lost at the COMMIT. After the latter
                the worker looks whether it committed.
        """
        return self._attached.transaction()

    def set_result(self, value: Any) -> None:
        """Keep the job's result, inside `ctx.transaction()`: what the handler returns comes after its end.

        Raises:
            ContextUnusable: No `ctx.transaction()` of this attempt is open.
        """
        self._attached.set_result(value)

    async def complete(self, *, connection: object, result: Any = None) -> None:
        """Settle the job as done inside your own transaction: the job ends if and only if that commits.

        Best as its last statement: from then on the job's row is locked. If the transaction rolls back after
        all, what the handler returns or raises decides, as if there had been no `complete`.

        Args:
            connection: The connection or session of your transaction, in each shape that `app.enqueue` takes;
                its role needs what `soniq setup --grant ROLE=worker` gives.
            result: The job's result.

        Raises:
            ClaimLost: Another attempt has the job; your transaction can only roll back.
            AlreadyCompleted: The attempt has had a transaction, or a `complete`, already.
            ContextUnusable: The attempt has ended, or no worker made this context.
            SoniqError: What `app.enqueue` raises for a connection that cannot be joined.
        """
        await self._attached.complete(connection, result)

    def complete_sync(self, *, connection: object, result: Any = None) -> None:
        """Do what `complete` does on a SQLAlchemy `Session` or `Connection`, or a psycopg `Connection`."""
        self._attached.complete_sync(connection, result)

    async def enqueue(self, target: Any, /, *, connection: object | None = None, **call: Any) -> JobId:
        """Enqueue a job, inside `ctx.transaction()` where it is open: this job's end and the next are one commit.

        Otherwise as `app.enqueue`, whose options, arguments and errors these are.

        Args:
            target: A registered function, a task's name, or a `TaskRef`.
            connection: Your own transaction, which wins over `ctx.transaction()`.
            call: As in `app.enqueue`.
        """
        return await self._attached.producer.enqueue(target, connection=self._joined(connection), **call)

    async def enqueue_many(
        self, target: Any, arguments: Any, /, *, connection: object | None = None, **options: Any
    ) -> list[str]:
        """Enqueue many jobs as `app.enqueue_many`, on the connection that `enqueue` would take."""
        joined = self._joined(connection)
        return await self._attached.producer.enqueue_many(target, arguments, connection=joined, **options)

    async def schedule(self, target: Any, /, run_at: Any, *, connection: object | None = None, **call: Any) -> JobId:
        """Enqueue a job for later as `app.schedule`, on the connection that `enqueue` would take."""
        return await self._attached.producer.schedule(target, run_at, connection=self._joined(connection), **call)

    def _joined(self, connection: object | None) -> object | None:
        return self._attached.open_connection if connection is None else connection

    @property
    def _attached(self) -> Effects:
        if self._effects is None:
            raise ContextUnusable("no worker made this JobContext, so it belongs to no attempt")
        return self._effects

    _link: Link | None = field(default=None, repr=False, compare=False)

    @property
    def cancelled(self) -> bool:
        """Whether `cancel_job` was called for this job; a handler that saw it and then ends is cancelled."""
        return self._link is not None and self._link.cancelled

    def progress(self, share: float, note: str | None = None) -> Awaitable[None]:
        """Say how far the work has come; `get_job` shows the latest while the attempt runs.

        Written in the background a few times a second, from any thread, so it may be called as often as you
        like. `await` it in an async handler, to let others have a turn; a plain function just calls it.

        Args:
            share: From 0 to 1.
            note: A few words for people; 500 characters are kept.

        Raises:
            OptionInvalid: `share` is no number from 0 to 1, or `note` no text.
        """
        if not _is_share(share):
            raise OptionInvalid(f"`share` must be a number from 0 to 1, not {share!r}", option="share")
        if not isinstance(note, str | None):
            raise OptionInvalid(f"`note` must be text, not {note!r}", option="note")
        if self._link is not None:
            self._link.report(min(max(float(share), 0.0), 1.0), note)
        return Reported()


def _is_share(share: object) -> bool:
    """Allow what summing up shares of 0.1 comes to."""
    return is_number(share) and -1e-6 <= share <= 1 + 1e-6  # never true of NaN
