"""An attempt's transaction: the handler's writes and the job's end are one commit."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from asyncpg.transaction import Transaction

from soniq.adapters import join, join_sync
from soniq.errors import AlreadyCompleted, AppClosed, ClaimLost, ContextUnusable, DatabaseUnreachable, SoniqError
from soniq.job import Cancelled, Claim, Failed, Finished, HandedBack, Outcome
from soniq.job.effects import Producer
from soniq.pool import LOST, ConnectionPool, Lent, our_errors
from soniq.run.result import encode_result
from soniq.run.to_the_end import to_the_end
from soniq.settle.complete import Fate, Hold, complete, complete_sync, find_fate
from soniq.worker.patience import keep_going

logger: Final = logging.getLogger("soniq")

DONE: Final = Fate(done=True, ours=False)
OURS: Final = Fate(done=False, ours=True)


class Stage(Enum):
    """How far an attempt's transaction is."""

    NONE = auto()
    OPEN = auto()
    ROLLED_BACK = auto()
    UNSURE = auto()  # only the database knows: a commit that is not ours, or whose answer was lost
    COMMITTED = auto()


@dataclass(frozen=True, slots=True)
class Reach:
    """What every attempt of a worker may reach.

    Attributes:
        pool: Lends connections.
        schema: In which installation.
        producer: Enqueues.
    """

    pool: ConnectionPool
    schema: str
    producer: Producer


class AttemptEffects:
    """What one attempt does to its job by itself. Also called from the handler's thread.

    Attributes:
        open_connection: Of the transaction that is open, None where there is none.
        result: What the transaction stored as the job's result, as JSON text.

    Args:
        reach: What it may reach.
        claim: The attempt's.
        result_ttl: As in `Hold`.
    """

    __slots__ = ("_closed", "_fate", "_hold", "_lock", "_loop", "_reach", "_stage", "open_connection", "result")

    def __init__(self, reach: Reach, claim: Claim, result_ttl: float | None) -> None:
        self.open_connection: Lent | None = None
        self.result: str | None = None
        self._reach = reach
        self._hold = Hold(reach.schema, claim.id, claim.token, result_ttl)
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._stage = Stage.NONE
        self._closed = False
        self._fate = OURS

    @property
    def producer(self) -> Producer:
        """Who enqueues."""
        return self._reach.producer

    @property
    def committed(self) -> bool:
        """Whether the job is done beyond doubt."""
        return self._stage is Stage.COMMITTED

    def transaction(self) -> AbstractAsyncContextManager[Lent]:
        """Lend a connection whose commit is the job's end; see `JobContext`."""
        if not self._on_its_loop():
            raise ContextUnusable("ctx.transaction() needs the worker's event loop, and this handler runs in a thread")
        return self._block()

    def set_result(self, value: Any) -> None:
        """Keep the job's result; see `JobContext`."""
        if self.open_connection is None:
            raise ContextUnusable("no ctx.transaction() of this attempt is open that could store a result")
        self.result = encode_result(value)

    async def complete(self, connection: object, result: Any) -> None:
        """Settle the job on the user's own connection; see `JobContext`."""
        joined = join(connection)
        with self._completing(result):
            await complete(joined, self._hold, self.result)

    def complete_sync(self, connection: object, result: Any) -> None:
        """Do the same without an event loop."""
        joined = join_sync(connection)
        with self._completing(result):
            complete_sync(joined, self._hold, self.result)

    async def end(self) -> Fate:
        """Say what became of the job, when the handler has ended; it can commit nothing from now on.

        Where only the database knows it is asked until it answers, or until the caller is cancelled: then
        the claim counts as ours, which does no harm, as a verdict is written over a live claim only.
        """
        self._closed = True
        if self._stage is Stage.COMMITTED:
            return DONE
        if self._stage is Stage.UNSURE:
            with suppress(asyncio.CancelledError):
                await keep_going("find what a handler committed", self._look)
        return self._fate

    def _on_its_loop(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    async def _look(self) -> None:
        with suppress(AppClosed):
            async with self._reach.pool.inner() as connection:
                self._fate = await find_fate(connection, self._hold)

    @asynccontextmanager
    async def _block(self) -> AsyncIterator[Lent]:
        self._take(Stage.OPEN)
        try:
            async with self._reach.pool.acquire() as connection:
                begun = connection.transaction()
                with our_errors():
                    await begun.start()
                async with _rolled_back_on_error(begun):
                    with self._lent(connection):
                        yield connection
                    self._check_going_on()
                    self._stage = Stage.UNSURE
                    await complete(join(connection), self._hold, self.result)
                    self._check_going_on()
                await self._commit(begun)
        finally:
            if self._stage is Stage.OPEN:
                self._stage = Stage.ROLLED_BACK

    @contextmanager
    def _lent(self, connection: Lent) -> Iterator[None]:
        self.open_connection = connection
        try:
            yield
        finally:
            self.open_connection = None

    async def _commit(self, begun: Transaction) -> None:
        """Commit; a cancellation waits for the answer, so that a time-out does not make a guess of it."""
        committing = asyncio.create_task(begun.commit())
        try:
            await asyncio.shield(committing)
        except asyncio.CancelledError:
            await to_the_end(committing)
            if not committing.cancelled() and committing.exception() is None:
                self._stage = Stage.COMMITTED
            raise
        except LOST as error:
            raise DatabaseUnreachable(
                f"the connection was lost at the COMMIT ({type(error).__name__}); the worker looks whether it committed"
            ) from error
        self._stage = Stage.COMMITTED

    @contextmanager
    def _completing(self, result: Any) -> Iterator[None]:
        self._take(Stage.UNSURE)
        self.result = encode_result(result)
        try:
            yield
        except ClaimLost:
            raise
        except SoniqError:
            self._stage = Stage.NONE  # nothing was written, so that another connection may be tried
            raise

    def _take(self, stage: Stage) -> None:
        """Begin the one transaction of the attempt."""
        self._check_going_on()
        with self._lock:
            before = self._stage
            if before is Stage.NONE:
                self._stage = stage
        if before is Stage.OPEN:
            raise AlreadyCompleted("ctx.transaction() is open in this attempt, and its end completes the job")
        if before is not Stage.NONE:
            raise AlreadyCompleted("this attempt has had its ctx.transaction() or ctx.complete() already")

    def _check_going_on(self) -> None:
        if self._closed:
            raise ContextUnusable("the attempt has ended: its handler was given up, or this is a task that outlived it")


@asynccontextmanager
async def _rolled_back_on_error(begun: Transaction) -> AsyncIterator[None]:
    try:
        yield
    except BaseException:
        with suppress(*LOST):
            await begun.rollback()
        raise


def log_own_end(claim: Claim, outcome: Outcome, fate: Fate) -> None:
    """Log what a handler said that changes nothing: its job was done already, or is another attempt's.

    Args:
        claim: The attempt.
        outcome: What would have become of it.
        fate: Not ours.
    """
    facts = {"job_id": str(claim.id), "task": claim.task, "queue": claim.queue, "attempt": claim.attempt}
    if not fate.done:
        logger.warning("claim lost: job %s of task %s", claim.id, claim.task, extra=facts)
        return
    match outcome:
        case Finished(None):
            return
        case Finished():
            said = "it returned a result, which `ctx.set_result` or `ctx.complete(result=…)` would have kept"
        case Failed(error=error):
            said = error
        case HandedBack(reason=reason):
            said = reason
        case Cancelled():
            said = "somebody asked for its cancellation"
        case _:
            said = "it asked to run later"
    template = "job was done before its handler ended, so this changes nothing: job %s of task %s, attempt %s: %s"
    logger.warning(template, claim.id, claim.task, claim.attempt, said, extra=facts)
