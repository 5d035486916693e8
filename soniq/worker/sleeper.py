"""A worker with nothing to do: registered so that it is woken, and looking by itself more and more rarely."""

import math
import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from soniq.pool import Executor
from soniq.sql import in_schema, statement

LIE_DOWN: Final = statement("workers", "lie_down")
GET_UP: Final = statement("workers", "get_up")

FIRST_POLL: Final = 0.005
STAY_REGISTERED: Final = 0.05
BETWEEN_WRITES: Final = 1.0


class Sleeper:
    """One worker's row among the sleepers, rewritten at most once a second.

    Args:
        db: The claiming line.
        worker_id: Whose row.
        schema: In which installation.
        queues: What it asks to be woken for, None for every queue.
        longest: Seconds between two looks at most.
    """

    def __init__(self, db: Executor, worker_id: UUID, schema: str, queues: Sequence[str] | None, longest: float):
        self._db = db
        self._worker_id = worker_id
        self._queues = queues
        self._longest = longest
        self._lie_down = in_schema(LIE_DOWN, schema)
        self._get_up = in_schema(GET_UP, schema)
        self._poll = FIRST_POLL
        self._registered: bool | None = False  # None: nobody knows
        self._written = -BETWEEN_WRITES
        self._awake_since: float | None = None

    def woken(self) -> None:
        """Something came, or may have: look often again."""
        self._poll = FIRST_POLL

    def forget(self) -> None:
        """Take nothing for known: a connection was cut, and a crash of the server empties the table."""
        self._registered = None

    async def lie_down(self) -> bool:
        """Register; True where the row was written just now, so that the caller looks once more."""
        self._awake_since = None
        now = time.monotonic()
        if self._registered or now - self._written < BETWEEN_WRITES:
            return False
        await self._db.fetch(self._lie_down, self._worker_id, self._queues)
        self._registered, self._written = True, now
        return True

    async def stay_up(self) -> None:
        """Busy: leave the sleepers, unless it woke up only just now."""
        if self._registered is False:
            return
        self._awake_since = self._awake_since or time.monotonic()
        if self.seconds_registered() > 0:
            return
        await self._db.fetch(self._get_up, self._worker_id)
        self._registered, self._written = False, time.monotonic()

    def seconds_registered(self) -> float:
        """Say how long a busy worker still stays registered, infinity where it is not."""
        if self._registered is False or self._awake_since is None:
            return math.inf
        due = max(self._awake_since + STAY_REGISTERED, self._written + BETWEEN_WRITES)
        return max(0.0, due - time.monotonic())

    def pause(self) -> float:
        """Say how long to wait until the next look: from 5 ms, doubling."""
        pause, self._poll = self._poll, min(self._poll * 2, self._longest)
        return min(pause, self._longest)
