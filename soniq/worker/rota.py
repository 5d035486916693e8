"""Which queues to ask, in which order."""

from collections.abc import Mapping, Sequence, Set
from typing import Final

from soniq.claim.watermark import Watermark

REFRESH_SECONDS: Final = 0.25
REFRESH_SPACING: Final = 10


class Rota:
    """The queues that had ready jobs when last looked at, asked in turn.

    A queue that came back short leaves the list until the next look, so that a worker that serves fifty
    queues does not ask forty-nine empty ones each time.

    Args:
        queues: Which ones are served, None for every one.
        weights: How often each is asked first, as against the others; 1 for those that are not named.
    """

    def __init__(self, queues: Sequence[str] | None, weights: Mapping[str, int] | None = None) -> None:
        self._weights = weights or {}
        self._credit: dict[str, int] = {}
        self._only = queues[0] if queues is not None and len(queues) == 1 else None
        self._ready: list[str] = []
        self._marks: dict[str, Watermark] = {}
        self._look_at = 0.0
        self._paused: Set[str] = frozenset()

    def pause(self, queues: Set[str]) -> None:
        """Ask none of these, until other ones are given."""
        self._paused = queues

    def heard(self, queue: str) -> None:
        """Something was enqueued there."""
        if queue not in self._ready:
            self._ready.append(queue)

    def stale(self) -> None:
        """Look again before the next claim."""
        self._look_at = 0.0

    def due(self, now: float) -> bool:
        """Whether it is time to look which queues have ready jobs."""
        if self._only is not None:
            self._ready = [self._only]  # one queue: to claim from it is to look
            return False
        return not self._ready or now >= self._look_at

    def looked(self, found: Sequence[str], took: float, now: float) -> None:
        """Learn which queues have ready jobs; those known before keep their turn."""
        known = [queue for queue in self._ready if queue in set(found)]
        self._ready = known + [queue for queue in found if queue not in set(known)]
        self._marks = {queue: self.mark(queue) for queue in self._ready}  # forget those that are gone
        self._look_at = now + max(REFRESH_SECONDS, REFRESH_SPACING * took)

    def turn(self) -> list[str]:
        """Say whom to ask this time, and let the next one be first the next time."""
        asked = [queue for queue in self._ready if queue not in self._paused]
        if self._weights:
            return self._by_weight(asked)
        self._ready = self._ready[1:] + self._ready[:1]
        return asked

    def _by_weight(self, asked: list[str]) -> list[str]:
        """Give each queue credit by its weight; the richest is first, and pays what all were given.

        Source: nginx, "Upstream: smooth weighted round-robin balancing".
        """
        weights = {queue: self._weights.get(queue, 1) for queue in asked}
        self._credit = {queue: self._credit.get(queue, 0) + weight for queue, weight in weights.items()}
        order = sorted(asked, key=lambda queue: -self._credit[queue])
        if order:
            self._credit[order[0]] -= sum(weights.values())
        return order

    def emptied(self, queue: str) -> None:
        """A claim on it came back short."""
        if queue in self._ready:
            self._ready.remove(queue)

    def mark(self, queue: str) -> Watermark:
        """Return the queue's watermark."""
        return self._marks.setdefault(queue, Watermark())
