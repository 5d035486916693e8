"""Remove what was said about jobs, and by apps, that are gone."""

from typing import Final

from soniq.pool import Executor
from soniq.sql import in_schema, statement

FORGET_WAITERS: Final = statement("wait", "forget_waiters")
FORGET_PROGRESS: Final = statement("progress", "forget_lost")
FORGET_KEYS: Final = statement("unique", "forget")

# An app that waits says so again three times in that time.
WAITER_SECONDS: Final = 60.0
# Under 0.1 s a batch, so what one call costs is bounded, also among a million keys that are held for a year.
BATCH_KEYS: Final = 1_000
BATCHES: Final = 10


async def forget_lost(db: Executor, schema: str) -> None:
    """Remove the waiters of apps that died, and the progress of jobs whose worker did."""
    await db.fetch(in_schema(FORGET_WAITERS, schema), WAITER_SECONDS)
    await db.fetch(in_schema(FORGET_PROGRESS, schema))


class SpentKeys:
    """Removes the keys of unique jobs that hold them no longer; each call goes on where the last one ended."""

    def __init__(self) -> None:
        self._behind = "", ""

    async def forget(self, db: Executor, schema: str) -> None:
        """Look at the next keys, 10,000 at most, and remove those that nobody holds."""
        for _ in range(BATCHES):
            [row] = await db.fetch(in_schema(FORGET_KEYS, schema), *self._behind, BATCH_KEYS)
            if row["seen"] < BATCH_KEYS:
                self._behind = "", ""
                return
            self._behind = row["task"], row["key"]
