"""Signs of life, from a thread and a connection of their own: a handler that blocks the loop is not dead."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Final

from soniq.control.requests import Requests, read_requests
from soniq.errors import DatabaseUnreachable
from soniq.pool import ConnectionPool
from soniq.run.left_behind import Execution
from soniq.sql import in_schema, statement
from soniq.worker.bell import Bell
from soniq.worker.line import Session, open_session
from soniq.worker.patience import keep_going
from soniq.worker.profile import Profile
from soniq.worker.pulse import Pulse
from soniq.worker.retention import Retention
from soniq.worker.sweep import Sweep

logger: Final = logging.getLogger("soniq")

JOIN: Final = statement("workers", "join")
BEAT: Final = statement("workers", "beat")
LEAVE: Final = statement("workers", "leave")

ANSWER_SECONDS: Final = 5.0
BEATS_A_TIMEOUT: Final = 4
REQUESTS_SECONDS: Final = 0.5  # so that a pause and a cancellation are seen within a second


class Heartbeat:
    """Enters the worker, holds its lock, beats, sweeps, looks what is asked of it, and takes it out at the end.

    Args:
        pool: Where connections come from.
        profile: Whose heart.
        pulse: Told of every beat that arrived.
        news: Called, from the thread, when a sweep found jobs to run again, or the worker had to enter again.
        asked: Called, from the thread, with what others want of the worker; before it is started, and then often.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        profile: Profile,
        pulse: Pulse,
        news: Callable[[], None],
        asked: Callable[[Requests], None],
    ) -> None:
        settings = profile.settings
        self._pool = pool
        self._profile = profile
        self._pulse = pulse
        self._news = news
        self._retention = Retention(pool, profile)
        self._asked = asked
        self._state = "running"
        self._interval = min(settings.heartbeat_interval, settings.heartbeat_timeout / BEATS_A_TIMEOUT)
        self._stopping = False
        self._started: Future[None] = Future()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="soniq-heartbeat", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = Bell()

    async def start(self) -> None:
        """Enter the worker; returns when its row and its lock are there.

        Raises:
            DatabaseUnreachable: The server does not answer.
        """
        self._thread.start()
        await _arrival(self._started)

    def wind_down(self) -> None:
        """Show the worker as stopping, from the next beat on."""
        self._state = "stopping"

    async def stop(self, left: Sequence[Execution]) -> None:
        """Take the worker out and end the thread.

        Args:
            left: Handlers that go on. The thread does so too, until the last one has ended or the process has:
                only then may another worker find their jobs in dead hands.
        """
        if self._thread.ident is None:
            return  # it was never started
        if left:
            self._end_with(left)
            return
        self._end()
        await _arrival(self._ended)

    def _end_with(self, left: Sequence[Execution]) -> None:
        going_on = set(left)

        def one_ended(execution: Execution) -> None:
            going_on.discard(execution)
            if not going_on:
                self._end()

        for execution in left:
            execution.add_done_callback(one_ended)

    def _end(self) -> None:
        self._stopping = True
        if self._loop is not None:
            with suppress(RuntimeError):  # its loop may have closed by itself
                self._loop.call_soon_threadsafe(self._bell.ring)

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:  # the thread's end; carried to who waits for it
            if not self._started.done():
                self._started.set_exception(error)
            else:
                logger.exception("heartbeat ended")
        finally:
            self._ended.set_result(None)

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        session = await self._enter()
        self._started.set_result(None)
        first = [session]
        try:
            await keep_going("heartbeat", lambda: self._beat_through(first.pop() if first else None))
        finally:
            await self._retention.stop()

    async def _enter(self) -> Session:
        """Connect, and enter the worker on that connection."""
        session = await open_session(self._pool, ANSWER_SECONDS)
        try:
            await self._join(session)
            await self._look(session)
        except BaseException:
            await session.close()
            raise
        return session

    async def _beat_through(self, session: Session | None) -> None:
        """Beat and sweep for one connection's life."""
        if session is None:
            if self._stopping:
                return  # our lock went with the connection: the others will see
            session = await self._enter()
        session.on_cut(self._bell.ring)
        try:
            await self._beat_until_stopped(session)
            await session.fetch(in_schema(LEAVE, self._profile.schema), self._profile.id)
        finally:
            await session.close()

    async def _beat_until_stopped(self, session: Session) -> None:
        sweep = Sweep(session, self._profile, self._news, self._retention.begin)
        rounds = (
            _Round(self._interval, lambda: self._beat(session)),
            _Round(self._profile.settings.sweep_interval, lambda: self._try("sweep", sweep.look())),
            _Round(REQUESTS_SECONDS, lambda: self._try("look for requests", self._look(session))),
        )
        while not self._stopping:
            for one in rounds:
                await one.run_if_due()
            await self._bell.wait(max(0.0, min(one.due_at for one in rounds) - time.monotonic()))
            if not session.is_open:
                raise DatabaseUnreachable("the heartbeat's connection was cut")

    async def _try(self, name: str, work: Awaitable[None]) -> None:
        try:
            await work
        except DatabaseUnreachable:
            raise
        except Exception:  # what fails here must not stop the heart
            logger.exception("%s failed: worker %s", name, self._profile.id, extra={"worker_id": str(self._profile.id)})

    async def _look(self, session: Session) -> None:
        self._asked(await read_requests(session, self._profile.schema, self._profile.id))

    async def _join(self, session: Session) -> None:
        sent, profile = time.monotonic(), self._profile
        [row] = await session.fetch(
            in_schema(JOIN, profile.schema),
            profile.id,
            profile.host,
            profile.pid,
            profile.queues,
            profile.concurrency,
            self._state,
            profile.keeps_session,
        )
        self._pulse.acknowledge(sent, row["now"])

    async def _beat(self, session: Session) -> None:
        sent = time.monotonic()
        rows = await session.fetch(in_schema(BEAT, self._profile.schema), self._profile.id, self._state)
        if not rows:
            logger.warning("taken for dead: worker %s", self._profile.id, extra={"worker_id": str(self._profile.id)})
            await self._join(session)
            self._news()
            return
        self._pulse.acknowledge(sent, rows[0]["now"])


class _Round:
    """What is done every so many seconds, from the beginning on."""

    def __init__(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        self._seconds = seconds
        self._work = work
        self.due_at = 0.0

    async def run_if_due(self) -> None:
        if time.monotonic() >= self.due_at:
            self.due_at = time.monotonic() + self._seconds
            await self._work()


async def _arrival(said: "Future[None]") -> None:
    """Wait for what the thread will say; who stops waiting does not cancel it, for the thread says it all the same."""
    await asyncio.shield(asyncio.wrap_future(said))
