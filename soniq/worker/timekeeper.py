"""Make ticks into jobs without working on any: a leader on a connection of its own."""

import asyncio

from soniq.identity import new_id
from soniq.pool import ConnectionPool
from soniq.settings import Settings
from soniq.task.registry import Registry
from soniq.worker.leader import Leader
from soniq.worker.line import Line
from soniq.worker.patience import keep_going
from soniq.worker.profile import introduce


class Timekeeper:
    """One run of the scheduler.

    Args:
        pool: Knows how to connect.
        settings: As the app read them.
        registry: Holds the schedules that the code declares.
        check_seconds: Between two looks at most.
    """

    def __init__(self, pool: ConnectionPool, settings: Settings, registry: Registry, check_seconds: float) -> None:
        self._pause = settings.error_retry_delay
        profile = introduce(new_id(), settings, None, 0)
        self._line = Line(pool)
        self._leader = Leader(self._line, profile, registry.schedules, check_seconds)

    async def run(self, stop: asyncio.Event) -> None:
        """Make ticks into jobs until `stop` is set; outages are waited out."""
        keeping = asyncio.create_task(keep_going("schedules", self._keep, self._pause), name="soniq-schedules")
        stopped = asyncio.create_task(stop.wait(), name="soniq-stop")
        try:
            await asyncio.wait((keeping, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (keeping, stopped):
                task.cancel()
            await asyncio.wait((keeping, stopped))
            await self._leader.step_down()
            await self._line.close()

    def give_up(self) -> None:
        """Do nothing: `run` waits for nothing when it stops."""

    async def _keep(self) -> None:
        while True:
            await self._leader.run()
            await asyncio.sleep(self._leader.seconds_left())
