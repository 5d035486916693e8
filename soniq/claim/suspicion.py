"""Tell a dead worker from one that only lost its connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

# When one backend crashes Postgres closes every session and all locks are free at once, so a session that
# is itself young has seen nothing yet that tells death from a restart.
TRUSTED_AFTER: Final = 10.0
APART: Final = 0.99  # a second, less what a timer may be early
APART_IN_YOUNG_SESSION: Final = 4.99


@dataclass(frozen=True, slots=True)
class Sighting:
    """How one worker looked.

    Attributes:
        worker_id: Which one.
        generation: Of its connection; a worker that was cut off comes back under a new one.
        beat_at: Its last beat, by the database's clock.
        silent: Seconds since then, by the same clock.
        lock_free: Whether the lock that its connection holds while it lives was free.
    """

    worker_id: UUID
    generation: int
    beat_at: datetime
    silent: float
    lock_free: bool


class Suspicion:
    """One sweeper's memory of whose lock it saw free, for one session of its own.

    Args:
        session_began: When the sweeper's connection was made, by the clock of `judge`.
        heartbeat_timeout: Seconds of silence after which a worker is dead, whatever its lock says.
        trusts_locks: Whether a restart of the server would end this session; behind a pooler it goes unnoticed.
    """

    def __init__(self, session_began: float, heartbeat_timeout: float, trusts_locks: bool = True) -> None:
        self._trusts_locks = trusts_locks
        self._session_began = session_began
        self._heartbeat_timeout = heartbeat_timeout
        self._first_free: dict[tuple[UUID, int, datetime], float] = {}

    def judge(self, sightings: Sequence[Sighting], now: float) -> list[Sighting]:
        """Say who is dead.

        Args:
            sightings: How the other workers look now.
            now: A clock that only goes forward, in seconds.
        """
        free = {
            (seen.worker_id, seen.generation, seen.beat_at): self._first_free.get(
                (seen.worker_id, seen.generation, seen.beat_at), now
            )
            for seen in sightings
            if seen.lock_free and self._trusts_locks
        }
        self._first_free = free  # whoever beat in between, or holds the lock again, starts anew
        return [seen for seen in sightings if self._is_dead(seen, now)]

    def _is_dead(self, seen: Sighting, now: float) -> bool:
        if seen.silent > self._heartbeat_timeout:
            return True
        first = self._first_free.get((seen.worker_id, seen.generation, seen.beat_at))
        if first is None:
            return False
        trusted = first - self._session_began >= TRUSTED_AFTER
        return now - first >= (APART if trusted else APART_IN_YOUNG_SESSION)
