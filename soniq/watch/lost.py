"""Remove what was said about jobs, and by apps, that are gone."""

from typing import Final

from soniq.pool import Executor
from soniq.sql import in_schema, statement

FORGET_WAITERS: Final = statement("wait", "forget_waiters")
FORGET_PROGRESS: Final = statement("progress", "forget_lost")

# An app that waits says so again three times in that time.
WAITER_SECONDS: Final = 60.0


async def forget_lost(db: Executor, schema: str) -> None:
    """Remove the waiters of apps that died, and the progress of jobs whose worker did."""
    await db.fetch(in_schema(FORGET_WAITERS, schema), WAITER_SECONDS)
    await db.fetch(in_schema(FORGET_PROGRESS, schema))
