"""What the heartbeat's thread tells the rest of the worker."""

import time
from datetime import UTC, datetime


class Pulse:
    """The last beat that the database acknowledged. Written by one thread, read by others.

    Args:
        timeout: Seconds without a beat after which other workers may take this one for dead.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._acknowledged = time.monotonic()
        self._ahead = 0.0

    def acknowledge(self, sent: float, database_now: datetime) -> None:
        """Note a beat that arrived.

        Args:
            sent: When it was sent, by `time.monotonic`: the answer may have been long on its way.
            database_now: What the database's clock said.
        """
        self._acknowledged = sent
        self._ahead = (database_now - datetime.now(UTC)).total_seconds()

    @property
    def fresh(self) -> bool:
        """Whether what lies claimed is still ours beyond doubt: half the time-out has not passed."""
        return time.monotonic() - self._acknowledged < self._timeout / 2

    @property
    def clock_ahead(self) -> float:
        """Seconds by which the database's clock is ahead of ours."""
        return self._ahead
