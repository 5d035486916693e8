"""Let the history forget what is older than SONIQ_HISTORY_DAYS, rarely, beside everything else."""

import asyncio
import logging
import time
from typing import Final

from soniq.errors import DatabaseUnreachable, PermissionDenied, SessionNeeded, SoniqError
from soniq.pool import ConnectionPool
from soniq.watch.history import prune
from soniq.worker.profile import Profile

logger: Final = logging.getLogger("soniq")

PRUNE_SECONDS: Final = 3600.0


class Retention:
    """Prunes the history, once an hour at most, on a connection that lives as long as that takes.

    Args:
        pool: Knows how to connect.
        profile: The worker whose errand it is.
    """

    def __init__(self, pool: ConnectionPool, profile: Profile) -> None:
        self._pool = pool
        self._profile = profile
        self._due_at = 0.0
        self._running: asyncio.Task[None] | None = None
        self._refused = False

    def begin(self) -> None:
        """Begin where it is time, in the running event loop; returns at once."""
        days = self._profile.settings.history_days
        if not days or time.monotonic() < self._due_at or (self._running and not self._running.done()):
            return
        self._due_at = time.monotonic() + PRUNE_SECONDS
        self._running = asyncio.create_task(self._prune(days), name="soniq-prune")

    async def stop(self) -> None:
        """Break off what is under way: the next one brings it to its end."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait((self._running,))

    async def _prune(self, days: int) -> None:
        try:
            pruned = await prune(self._pool, self._profile.schema, days)
        except (PermissionDenied, SessionNeeded) as error:
            self._say_once(error)
        except DatabaseUnreachable as error:
            logger.warning("history not pruned: %s", error.message, extra={"error": error.message})
        except Exception:  # an errand that fails must not stop the heart
            logger.exception("pruning the history failed")
        else:
            if pruned.dropped:
                names = ", ".join(map(str, pruned.dropped))
                logger.info("history pruned, older than %s days: %s", days, names, extra={"days": names})

    def _say_once(self, error: SoniqError) -> None:
        if not self._refused:
            logger.warning("history not pruned: %s", error.message, extra={"error": error.message})
        self._refused = True
