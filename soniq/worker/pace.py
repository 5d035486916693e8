"""How far ahead a worker claims."""

from typing import Final

AHEAD_SECONDS: Final = 0.1
AHEAD_JOBS: Final = 500
WEIGHT: Final = 0.1


class Pace:
    """Learns what an attempt takes, and says how many jobs the worker finishes in about 100 ms.

    Args:
        concurrency: Jobs at once.
    """

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._mean: float | None = None

    def learn(self, seconds: float) -> None:
        """Take one attempt's duration into the moving mean."""
        mean = self._mean
        self._mean = seconds if mean is None else mean + WEIGHT * (seconds - mean)

    def correct(self, seconds: float) -> None:
        """Jobs lay claimed and untouched for so long: an attempt takes at least that."""
        self._mean = max(self._mean or 0.0, seconds)

    def ahead(self) -> int:
        """Say how many jobs to hold beyond those that run; none before the first one has ended."""
        if self._mean is None:
            return 0
        return int(min(AHEAD_JOBS, AHEAD_SECONDS * self._concurrency / max(self._mean, 1e-6)))
