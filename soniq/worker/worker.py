"""The worker: take, execute, decide, record, until it is told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from soniq.identity import new_id
from soniq.job.effects import Producer
from soniq.pool import ConnectionPool
from soniq.run.to_the_end import to_the_end
from soniq.settings import Settings
from soniq.task.registry import Registry
from soniq.worker.crew import Crew
from soniq.worker.patience import keep_going
from soniq.worker.profile import Profile, introduce

logger: Final = logging.getLogger("soniq")

HOMECOMING_SECONDS: Final = 5.0


class Worker:
    """Runs the jobs of an app, on connections of its own; several may run in one process.

    Args:
        pool: Knows how to connect.
        settings: As the app read them.
        registry: The tasks that it knows.
        producer: Enqueues for handlers: the app.
        queues: Which ones it serves, None for every one; a mapping says how often each is asked first.
        concurrency: Jobs at once.
    """

    def __init__(
        self,
        pool: ConnectionPool,
        settings: Settings,
        registry: Registry,
        producer: Producer,
        *,
        queues: Sequence[str] | Mapping[str, int] | None,
        concurrency: int,
    ) -> None:
        self._pool = pool
        self._registry = registry
        self._producer = producer
        self._profile = introduce(new_id(), settings, queues, concurrency, keeps_session=not pool.pooled)
        self._begun = asyncio.Event()
        self._failed: BaseException | None = None
        self._crew: Crew | None = None

    @property
    def id(self) -> str:
        """Its id in the table of workers and in the jobs it runs, as text."""
        return str(self._profile.id)

    @property
    def is_ready(self) -> bool:
        """Whether it takes jobs: it has started, is not stopping, and the database acknowledges its heartbeat."""
        return self._begun.is_set() and self._crew is not None and self._crew.is_ready

    async def started(self) -> None:
        """Wait until `run` has entered the worker, so that its death would be noticed.

        Raises:
            DatabaseUnreachable: It could not.
        """
        await self._begun.wait()
        if self._failed is not None:
            raise self._failed

    async def run(self, stop: asyncio.Event) -> int:
        """Run jobs until `stop` is set, then finish what runs within SONIQ_SHUTDOWN_TIMEOUT; hand back the rest.

        Returns:
            How many attempts were started.

        Raises:
            DatabaseUnreachable: The server did not answer at the start; later outages are waited out.
        """
        return await self._work(lambda crew: self._until(stop, crew, crew.feed.run), listen=True)

    async def run_once(self, stop: asyncio.Event, limit: int | None = None) -> int:
        """Run everything that is due, what becomes due meanwhile included, and return; end as `run` if `stop` is set.

        Args:
            stop: Ends it early.
            limit: Attempts at most; None for as many as there are.

        Returns:
            How many attempts were started.

        Raises:
            DatabaseUnreachable: The server did not answer at the start; later outages are waited out.
        """
        return await self._work(
            lambda crew: self._until(stop, crew, lambda: crew.feed.run_until_nothing_is_left(limit)), listen=False
        )

    def give_up(self) -> None:
        """Stop without waiting for what runs: it is cancelled and handed back, or left where it will not end."""
        if self._crew is not None:
            self._crew.hurry()

    async def _work(self, work: Callable[[Crew], Awaitable[None]], listen: bool) -> int:
        crew = self._crew = Crew(self._pool, self._profile, self._registry, self._producer)
        try:
            await self._start(crew, listen)
            logger.info("worker started: %s", self.id, extra={"worker_id": self.id})
            if self._pool.pooled:
                _warn_of_pooler(self._profile)
            await work(crew)
        except asyncio.CancelledError:
            crew.hurry()
            raise
        finally:
            await _stop(crew)
        facts = {"worker_id": self.id, "attempts": crew.slots.started}
        logger.info("worker stopped: %s, attempts: %s", self.id, crew.slots.started, extra=facts)
        return crew.slots.started

    async def _start(self, crew: Crew, listen: bool) -> None:
        try:
            await crew.start(listen)
        except BaseException as error:
            self._failed = error
            raise
        finally:
            self._begun.set()

    async def _until(self, stop: asyncio.Event, crew: Crew, claim: Callable[[], Awaitable[None]]) -> None:
        pause = self._profile.settings.error_retry_delay
        claiming = asyncio.create_task(keep_going("claim", claim, pause), name="soniq-claim")
        stopped = asyncio.create_task(stop.wait(), name="soniq-stop")
        try:
            await asyncio.wait((claiming, stopped), return_when=asyncio.FIRST_COMPLETED)
            if claiming.done():
                await claiming  # nothing is left, or an error of its own, which ends the worker loudly
        finally:
            stopped.cancel()
            crew.feed.stop()
            await asyncio.wait((claiming,), timeout=HOMECOMING_SECONDS)  # a claim under way is handed back
            claiming.cancel()


def _warn_of_pooler(profile: Profile) -> None:
    logger.warning(
        "a pooler stands before Postgres: this worker looks for jobs each %s s instead of being woken, and its death "
        "is noticed after %s s; give it a URL that leads to Postgres itself",
        profile.settings.poll_interval,
        profile.settings.heartbeat_timeout,
    )


async def _stop(crew: Crew) -> None:
    """Stop it all; where the run is cancelled meanwhile in a hurry, but still so that nothing stays behind."""
    stopping = asyncio.create_task(crew.stop(), name="soniq-stop")
    try:
        await asyncio.shield(stopping)
    except asyncio.CancelledError:
        crew.hurry()
        await to_the_end(stopping)
        raise
