"""The parts of one running worker: how they are put together, and how they stop."""

import asyncio
import logging
from collections.abc import Iterable, Set
from contextlib import suppress
from typing import Final

from soniq.control.requests import Requests
from soniq.job import Verdict
from soniq.job.effects import Producer
from soniq.pool import ConnectionPool
from soniq.task.registry import Registry
from soniq.worker.attempt import Attempts
from soniq.worker.bell import Bell
from soniq.worker.ear import Ear
from soniq.worker.effects import Reach
from soniq.worker.errands import Errands
from soniq.worker.feed import Feed
from soniq.worker.heartbeat import Heartbeat
from soniq.worker.leader import Leader
from soniq.worker.line import Line
from soniq.worker.outbox import Outbox
from soniq.worker.patience import keep_going
from soniq.worker.profile import Profile
from soniq.worker.progress import Progress
from soniq.worker.pulse import Pulse
from soniq.worker.slots import Slots

logger: Final = logging.getLogger("soniq")

FLUSH_SECONDS: Final = 10.0
HURRIED_SECONDS: Final = 2.0
INSIST_SECONDS: Final = 0.1


class Crew:
    """Everything that works while a worker runs, for one run.

    Args:
        pool: Where connections come from.
        profile: Whose parts.
        registry: The tasks it knows.
        producer: Enqueues for handlers.
    """

    def __init__(self, pool: ConnectionPool, profile: Profile, registry: Registry, producer: Producer) -> None:
        self._profile = profile
        self._loop = asyncio.get_running_loop()
        self._bell = Bell()
        self._lines = (Line(pool), Line(pool), Line(pool))
        claiming, settling, reporting = self._lines
        pulse = self._pulse = Pulse(profile.settings.heartbeat_timeout)
        self._outbox = Outbox(settling, profile.schema, self._written)
        self._progress = Progress(reporting, profile.schema)
        reach = Reach(pool, profile.schema, producer)
        self._attempts = Attempts(profile, registry, self._outbox, pulse, reach, self._progress.report)
        self.slots = Slots(profile.concurrency, self._attempts.run, self._bell)
        self._errands = Errands(claiming, profile, self.slots, self._outbox, self._attempts, pulse)
        self._leader = Leader(claiming, profile, registry.schedules)
        self._errands.add(self._leader)
        self.feed = Feed(claiming, profile, self.slots, self._outbox, self._errands, self._bell)
        self._heartbeat = Heartbeat(pool, profile, pulse, self._heartbeat_news, self._asked_by_others)
        self._ear = Ear(pool, profile.schema, profile.queues, self.feed.heard)
        self._settling: asyncio.Task[None] | None = None
        self._reporting: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._paused: Set[str] = frozenset()
        self._hurry = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Whether claims are to be expected."""
        return self._settling is not None and self._pulse.fresh and not self.feed.stopping

    async def start(self, listen: bool) -> None:
        """Enter the worker and start its parts, except the claiming.

        Args:
            listen: Whether to wait for new jobs.

        Raises:
            DatabaseUnreachable: The server does not answer.
            ResourceFailed: A resource could not be opened.
        """
        await self._heartbeat.start()
        await self._attempts.prepare()
        pause = self._profile.settings.error_retry_delay
        self._settling = asyncio.create_task(keep_going("settle", self._outbox.run, pause))
        self._reporting = asyncio.create_task(keep_going("progress", self._progress.run, pause))
        if listen and self._profile.listens:
            self._listening = asyncio.create_task(keep_going("listen", self._ear.run, pause))

    def hurry(self) -> None:
        """Wait for nothing that still runs."""
        self._hurry.set()

    async def stop(self) -> None:
        """Finish what runs, hand back the rest, write every outcome, and take the worker out.

        As long as a handler goes on that was given up, the worker's lock and heartbeat stay.
        """
        self._heartbeat.wind_down()
        await self._leader.step_down()
        self._attempts.hand_back(self.slots.close(), "the worker stopped")
        await self._finish_running()
        await self._flush()
        await self._stop_reporting()
        await self._attempts.close()
        await _end(self._listening)
        await self._heartbeat.stop(self._attempts.left)
        for line in self._lines:
            await line.close()

    async def _finish_running(self) -> None:
        await self._unless_hurried(self._profile.settings.shutdown_timeout)
        await self.slots.cancel()
        await self._unless_hurried(self._profile.settings.sync_handler_grace_seconds)  # threads cannot be cancelled
        while not self.slots.idle:
            await self.slots.cancel()
            await self.slots.finished(INSIST_SECONDS)

    async def _unless_hurried(self, seconds: float | None) -> None:
        """Wait so long for what runs."""
        finished = asyncio.create_task(self.slots.finished(seconds))
        hurried = asyncio.create_task(self._hurry.wait())
        await asyncio.wait((finished, hurried), return_when=asyncio.FIRST_COMPLETED)
        for waiting in (finished, hurried):
            waiting.cancel()

    async def _flush(self) -> None:
        self._outbox.close()
        if self._settling is None:
            return
        seconds = HURRIED_SECONDS if self._hurry.is_set() else FLUSH_SECONDS
        _, late = await asyncio.wait((self._settling,), timeout=seconds)
        if late:
            await _end(self._settling)
            jobs = self._outbox.unsettled
            logger.error("outcomes not written: %s jobs run again", jobs, extra={"jobs": jobs})

    async def _stop_reporting(self) -> None:
        self._progress.close()
        if self._reporting is not None:
            await asyncio.wait((self._reporting,), timeout=HURRIED_SECONDS)
        await _end(self._reporting)

    def _written(self, verdicts: Iterable[Verdict]) -> None:
        self._progress.ended(verdicts)
        for verdict in verdicts:
            if verdict.state == "queued":
                self._errands.due_in(verdict.delay.total_seconds())
        self.feed.written([verdict.id for verdict in verdicts])

    def _heartbeat_news(self) -> None:
        with suppress(RuntimeError):  # the worker's loop may be closed by now
            self._loop.call_soon_threadsafe(self.feed.look_at_everything)

    def _asked_by_others(self, requests: Requests) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._obey, requests)

    def _obey(self, requests: Requests) -> None:
        self._attempts.cancel(requests.cancelled)
        if requests.paused != self._paused:
            self._paused = requests.paused
            self.feed.pause(requests.paused)


async def _end(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait((task,))
