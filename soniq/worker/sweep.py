"""Look after what others left: jobs of dead workers, and days that the history lacks or is to lose."""

import logging
import time
from collections.abc import Callable
from typing import Final

from soniq.claim.rescue import adopt, rescue, survey, wake_nobody
from soniq.claim.suspicion import Suspicion
from soniq.pool import Executor
from soniq.settle.record import make_history_days
from soniq.watch.history import has_old_days
from soniq.watch.lost import SpentKeys, forget_lost
from soniq.worker.profile import Profile

logger: Final = logging.getLogger("soniq")

RARE_SECONDS: Final = 60.0


class Sweep:
    """One session's look at the other workers.

    Args:
        db: The session whose age counts: it must end when its connection does.
        profile: The worker that looks.
        rescued: Called when there are jobs to run again.
        prune: Called when the history holds days that are to go; returns at once.
    """

    def __init__(
        self, db: Executor, profile: Profile, rescued: Callable[[], None], prune: Callable[[], None] | None = None
    ) -> None:
        self._db = db
        self._profile = profile
        self._rescued = rescued
        self._prune = prune
        self._suspicion = Suspicion(
            time.monotonic(), profile.settings.heartbeat_timeout, trusts_locks=profile.keeps_session
        )
        self._spent_keys = SpentKeys()
        self._rarely_at = 0.0

    async def look(self) -> None:
        """Look once, and act on what is beyond doubt."""
        await self._look_rarely()
        seen = await survey(self._db, self._profile.holder)
        dead = self._suspicion.judge(seen, time.monotonic())
        if not dead:
            return
        found = await rescue(self._db, self._profile.schema, dead)
        workers = [str(worker.worker_id) for worker in dead]
        logger.warning(
            "workers died: %s; %s jobs to run again, %s dead letters",
            ", ".join(workers),
            found.jobs,
            found.ended,
            extra={"workers": workers, "rescued": found.jobs, "dead_letters": found.ended},
        )
        if found.jobs:
            self._rescued()

    async def _look_rarely(self) -> None:
        now = time.monotonic()
        if now < self._rarely_at:
            return
        self._rarely_at = now + RARE_SECONDS
        await make_history_days(self._db, self._profile.schema)
        await adopt(self._db, self._profile.schema, self._profile.settings.heartbeat_timeout)
        await wake_nobody(self._db, self._profile.schema)
        days = self._profile.settings.history_days
        if self._prune is not None and days and await has_old_days(self._db, self._profile.schema, days):
            self._prune()
        await forget_lost(self._db, self._profile.schema)
        await self._spent_keys.forget(self._db, self._profile.schema)
