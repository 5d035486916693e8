"""The leader among the workers turns ticks into jobs; the others ask each second whether there is one."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from uuid import UUID

from soniq.errors import DatabaseUnreachable, PermissionDenied, ScheduleInvalid
from soniq.job import NewSchedule
from soniq.pool import Executor
from soniq.schedule.declare import declare
from soniq.schedule.tick import (
    AT_ONCE,
    RENEW_SECONDS,
    Waiting,
    advance,
    decide_about,
    lead,
    renew,
    soonest,
    step_down,
)
from soniq.worker.profile import Profile

logger: Final = logging.getLogger("soniq")

CHECK_SECONDS: Final = 1.0
# So long a leader may be silent beyond its next look before another one takes its place.
SILENCE_SECONDS: Final = 2.0
AFTER_ERROR_SECONDS: Final = 5.0
HELD_SECONDS: Final = 0.2
STEP_DOWN_SECONDS: Final = 1.0
BACKLOG_SECONDS: Final = 0.02


class Leader:
    """One process's part in making ticks into jobs. Nothing breaks where two lead: see the statement `advance`.

    A lease in a row and no session lock: it also ends where a leader's event loop is blocked or its machine is
    gone, and works behind a pooler.

    Args:
        db: Where statements run.
        profile: Who leads.
        declared: The schedules of this process's code, by name; may grow while it runs.
        check_seconds: Between two looks at most; what others change is seen within it.
    """

    def __init__(
        self,
        db: Executor,
        profile: Profile,
        declared: Mapping[str, NewSchedule],
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        self._db = db
        self._profile = profile
        self._declared = declared
        self._check_seconds = check_seconds
        self._told: dict[str, NewSchedule] = {}
        self._unreadable: set[UUID] = set()
        self._renew_at = 0.0
        self._look_at = 0.0
        self._led = False

    def seconds_left(self) -> float:
        """Say how long nothing has to be done."""
        return max(0.0, self._look_at - time.monotonic())

    async def run(self) -> None:
        """Do what is due; an error of its own is logged, and tried again.

        Raises:
            DatabaseUnreachable: The connection was lost.
        """
        if self.seconds_left():
            return
        self._look_at = time.monotonic() + AFTER_ERROR_SECONDS
        try:
            left = await self._look()
        except DatabaseUnreachable:
            self._look_at = 0.0
            raise
        except Exception:  # a schedule that cannot be minded must not stop the claiming
            logger.exception("schedules not looked at; again in %s s", AFTER_ERROR_SECONDS)
        else:
            self._look_at = time.monotonic() + left

    async def step_down(self) -> None:
        """Leave the lead to whoever asks next; where that does not work at once, the lease runs out by itself."""
        if not self._led:
            return
        with suppress(DatabaseUnreachable, PermissionDenied, TimeoutError):
            async with asyncio.timeout(STEP_DOWN_SECONDS):
                await step_down(self._db, self._profile.schema, self._profile.id)

    async def _look(self) -> float:
        """Look once; say in how many seconds to look again."""
        await self._declare()
        schema = self._profile.schema
        self._led = await lead(self._db, schema, self._profile.id, self._check_seconds + SILENCE_SECONDS)
        if not self._led:
            return self._check_seconds
        found = await soonest(self._db, schema)
        seconds = [await self._mind(waiting) for waiting in found]
        longest = BACKLOG_SECONDS if len(found) == AT_ONCE and found[-1].is_due else self._check_seconds
        return min([longest, *seconds])

    async def _declare(self) -> None:
        fresh = [one for one in self._declared.values() if self._told.get(one.name) != one]
        if fresh:
            changed = await declare(self._db, self._profile.schema, fresh)
            if changed:
                logger.info("schedules declared: %s", changed, extra={"schedules": changed})
            self._told |= {one.name: one for one in fresh}
        if self._declared and (fresh or time.monotonic() >= self._renew_at):
            await renew(self._db, self._profile.schema, list(self._declared))
            self._renew_at = time.monotonic() + RENEW_SECONDS

    async def _mind(self, waiting: Waiting) -> float:
        """Do what is due for one schedule; say in how many seconds it ticks again."""
        try:
            decision = decide_about(waiting)
        except ScheduleInvalid as error:
            self._tell_unreadable(waiting, error)
            return self._check_seconds
        left = (decision.following - waiting.now).total_seconds()
        if decision.following == waiting.next_at:
            return left
        jobs = await advance(self._db, self._profile.schema, waiting, decision, self._profile.settings.notify)
        if jobs is None:
            return HELD_SECONDS  # somebody is just changing it, or another leader was first
        if decision.left_out:
            facts = {"schedule": waiting.name, "jobs": jobs, "missed": waiting.missed}
            logger.warning(
                "ticks missed: schedule %s, %s jobs made (%s)", waiting.name, jobs, waiting.missed, extra=facts
            )
        return left

    def _tell_unreadable(self, waiting: Waiting, error: ScheduleInvalid) -> None:
        if waiting.version not in self._unreadable:  # once, not each second
            self._unreadable.add(waiting.version)
            facts = {"schedule": waiting.name, "error": error.message}
            logger.error("schedule cannot be read here: %s: %s", waiting.name, error.message, extra=facts)
