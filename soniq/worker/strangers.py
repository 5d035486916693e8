"""What becomes of a job whose task this worker does not know."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from soniq.job import Claim, Failed, HandedBack

SHORTEST: Final = timedelta(seconds=2)
LONGEST: Final = timedelta(minutes=1)
REMEMBERED: Final = 10_000


class Strangers:
    """Hands unknown jobs back, each time for longer, until they have been nobody's for `ttl`.

    In a rolling deploy another worker knows them. No attempt is spent.

    Args:
        ttl: How long a job may wait for a worker that knows it.
        now: The database's clock.
    """

    def __init__(self, ttl: timedelta, now: Callable[[], datetime]) -> None:
        self._ttl = ttl
        self._now = now
        self._first_seen: dict[UUID, datetime] = {}

    def outcome(self, claim: Claim) -> HandedBack | Failed:
        """Hand the job back, or end it where its time has passed."""
        now = self._now()
        age = now - self._since(claim, now)
        if age >= self._ttl:
            self._first_seen.pop(claim.id, None)
            return Failed(
                f"UnknownTask: no worker knew {claim.task!r} for {self._ttl.total_seconds():.0f} s",
                "",
                retryable=False,
                reason="job_not_found",
            )
        return HandedBack(min(max(age / 4, SHORTEST), LONGEST), f"this worker does not know {claim.task!r}")

    def _since(self, claim: Claim, now: datetime) -> datetime:
        """Say since when it waits; one that has run before was known to someone, so from when we first saw it."""
        if claim.attempt == 1:
            return max(claim.scheduled_at or claim.created_at, claim.created_at)
        if len(self._first_seen) >= REMEMBERED:
            self._first_seen.pop(next(iter(self._first_seen)))
        return self._first_seen.setdefault(claim.id, now)
