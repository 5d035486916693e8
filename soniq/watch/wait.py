"""Wait for jobs to end: told by a NOTIFY, on one connection for all that an app waits for."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from soniq.errors import AppClosed, DatabaseUnreachable
from soniq.identity import new_id
from soniq.pool import LOST, Connection, ConnectionPool, unreachable
from soniq.sql import ENDED_CHANNEL, in_schema, statement
from soniq.watch.lost import WAITER_SECONDS

logger: Final = logging.getLogger("soniq")

EXPECT: Final = statement("wait", "expect")
EXPECT_NO_MORE: Final = statement("wait", "expect_no_more")
GOING_ON: Final = statement("wait", "going_on")

ANSWER_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 2.0
POLL_SECONDS: Final = 1.0
# A settle that was about to commit when we said that we wait tells nobody: look once more soon afterwards.
SECOND_LOOK_SECONDS: Final = 0.1


class Waiting:
    """Everything that one app waits for.

    Its rows among the waiters make a settle tell the end of these jobs, and of no others. It looks by itself
    once a second, all jobs at once: a notification may be lost, and a pooler may stand between.

    Args:
        pool: Where its connection comes from.
        schema: In which installation.
        notify: Whether to be told; otherwise it only looks.
    """

    def __init__(self, pool: ConnectionPool, schema: str, notify: bool) -> None:
        self._pool = pool
        self._schema = schema
        self._notify = notify
        self._app_id = new_id()
        self._waits: dict[UUID, set[asyncio.Future[None]]] = {}
        self._said: set[UUID] = set()  # among the waiters
        self._young: set[UUID] = set()  # looked at once
        self._say_at = self._second_look_at = self._poll_at = 0.0
        self._news = asyncio.Event()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    async def until_ended(self, job_id: UUID) -> None:
        """Return when a job is no longer live: it has ended, or was deleted. An outage is waited out.

        Raises:
            AppClosed: The app was closed meanwhile.
            PermissionDenied: The role may not wait.
        """
        ended = asyncio.get_running_loop().create_future()
        self._waits.setdefault(job_id, set()).add(ended)
        self._go_on()
        try:
            await ended
        finally:
            if others := self._waits.get(job_id):
                others.discard(ended)
                if not others:
                    del self._waits[job_id]
            self._news.set()

    async def close(self) -> None:
        """Tell who still waits that the app is closed, and close the connection."""
        self._answer(list(self._waits), AppClosed("this app was closed while it waited for a job"))
        self._news.set()
        if self._task is not None:
            _, late = await asyncio.wait((self._task,), timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()
                await asyncio.wait((task,))
        if self._connection is not None:
            await _close(self._connection)

    def _go_on(self) -> None:
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch(), name="soniq-wait")

    async def _watch(self) -> None:
        while self._waits or self._said:
            self._news.clear()
            try:
                await self._look()
            except DatabaseUnreachable as error:
                logger.warning("cannot see whether jobs have ended: %s", error.message, extra={"error": error.message})
                self._start_anew()
            except Exception as error:  # noqa: BLE001  # carried to who waits
                self._answer(list(self._waits), error)
                return
            await self._sleep()

    async def _sleep(self) -> None:
        due = min(self._poll_at, self._second_look_at) if self._young else self._poll_at
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, due - time.monotonic())):
                await self._news.wait()

    async def _look(self) -> None:
        """Say what is waited for where that has changed, and look at what is due to be looked at."""
        now, wanted = time.monotonic(), set(self._waits)
        fresh = wanted - self._said
        await self._say(wanted, fresh, now)
        if now >= self._poll_at:
            self._poll_at = now + POLL_SECONDS
            await self._look_at(wanted)
        elif fresh:
            await self._look_at(fresh)
        if self._young and now >= self._second_look_at:
            young, self._young = self._young & wanted, set()
            await self._look_at(young)
        if fresh:
            self._young |= fresh
            self._second_look_at = now + SECOND_LOOK_SECONDS

    async def _say(self, wanted: set[UUID], fresh: set[UUID], now: float) -> None:
        if self._notify:
            if again := now >= self._say_at:
                self._say_at = now + WAITER_SECONDS / 3
            if saying := wanted if again else fresh:
                await self._fetch(EXPECT, self._app_id, list(saying))
            if over := self._said - wanted:
                await self._fetch(EXPECT_NO_MORE, self._app_id, list(over))
        self._said = wanted

    async def _look_at(self, jobs: set[UUID]) -> None:
        if jobs:
            going_on = {row["id"] for row in await self._fetch(GOING_ON, list(jobs))}
            self._answer(jobs - going_on, None)

    async def _fetch(self, text: str, *given: Any) -> list[Any]:
        try:
            connection = self._connection or await self._connect()
            return await connection.fetch(in_schema(text, self._schema), *given)
        except LOST as error:
            raise unreachable(error) from error

    async def _connect(self) -> Connection:
        connection = await self._pool.connect({}, ANSWER_SECONDS)
        connection.add_termination_listener(self._cut)
        if self._notify:
            await connection.add_listener(in_schema(ENDED_CHANNEL, self._schema), self._heard)
        self._connection = connection
        return connection

    def _start_anew(self) -> None:
        """After a cut: a crash of the server empties the table of waiters."""
        connection, self._connection = self._connection, None
        self._said, self._young = set(), set()
        self._say_at, self._poll_at = 0.0, time.monotonic() + POLL_SECONDS
        if connection is not None:
            connection.terminate()

    def _cut(self, connection: Any) -> None:
        if connection is self._connection:
            self._connection = None
            self._said = set()
            self._news.set()

    def _heard(self, _connection: object, _pid: int, _channel: str, job_id: object) -> None:
        self._answer([UUID(str(job_id))], None)

    def _answer(self, jobs: Iterable[UUID], error: Exception | None) -> None:
        for job_id in jobs:
            for ended in self._waits.pop(job_id, ()):
                if not ended.done():
                    _settle(ended, error)
        self._news.set()


def _settle(ended: "asyncio.Future[None]", error: Exception | None) -> None:
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)


async def _close(connection: Connection) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close()
    except LOST:
        connection.terminate()
