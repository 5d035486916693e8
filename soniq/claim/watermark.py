"""Where the next claim of a queue starts its walk through the ready index."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from soniq.job import Claim

# A healthy claim takes 25 to 40 µs a row; one that first walks 60,000 entries of jobs long gone, 25 ms more.
SLOW_SECONDS: Final = 0.010
SLOW_SECONDS_A_ROW: Final = 0.00006
FULL_SCAN_SPACING: Final = 10
FULL_SCAN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the order of a queue."""

    priority: int
    run_at: datetime
    id: UUID


def mark_of(claim: Claim) -> Mark:
    """Say where a claimed job stood."""
    return Mark(claim.priority, claim.run_at, claim.id)


class Watermark:
    """One queue's mark: used only while batches come back full and slow, so a healthy queue's order is strict.

    A short batch starts the next claim from the beginning again, because jobs whose transactions commit
    late fall behind the mark. Full scans come back after ten times their own duration, one second at least:
    within that time a higher priority is honoured.
    """

    def __init__(self) -> None:
        self._mark: Mark | None = None
        self._full_scan_at = 0.0

    def start(self, now: float) -> Mark | None:
        """Say behind which place the next claim starts, None for the beginning.

        Args:
            now: A clock that only goes forward, in seconds.
        """
        return self._mark if now < self._full_scan_at else None

    def saw(self, started: Mark | None, claims: list[Claim], limit: int, took: float, now: float) -> None:
        """Learn from a claim.

        Args:
            started: What `start` had said.
            claims: What came, in order.
            limit: How many were asked for.
            took: Seconds that it took, by the server's clock.
            now: The clock of `start`.
        """
        if len(claims) < limit:
            self._mark = None
        elif started is not None:
            self._mark = mark_of(claims[-1])
        elif took > SLOW_SECONDS + SLOW_SECONDS_A_ROW * len(claims):
            self._mark = mark_of(claims[-1])
            self._full_scan_at = now + max(FULL_SCAN_SECONDS, FULL_SCAN_SPACING * took)
        else:
            self._mark = None
