"""Where a worker's numbers go: a sink of the user's own, or Prometheus."""

from typing import Protocol


class MetricsSink(Protocol):
    """Hears of every attempt; what it raises is logged and changes nothing."""

    async def record_job_start(self, *, job_id: str, job_name: str, queue: str, attempt: int) -> None:
        """Note that an attempt begins."""

    async def record_job_end(
        self, *, job_id: str, job_name: str, queue: str, status: str, duration_s: float, error: str | None = None
    ) -> None:
        """Note how an attempt ended.

        Args:
            job_id: UUID as text.
            job_name: The task's name.
            queue: Where the job was taken from.
            status: `done`, `failed` (it runs again), `dead_letter`, `snoozed`, `cancelled`, or `handed_back` (unspent).
            duration_s: Seconds from the claim's turn to its outcome.
            error: One line of what went wrong, None where nothing did.
        """


class NoopMetricsSink:
    """Notes nothing."""

    async def record_job_start(self, *, job_id: str, job_name: str, queue: str, attempt: int) -> None:
        """Note nothing."""

    async def record_job_end(
        self, *, job_id: str, job_name: str, queue: str, status: str, duration_s: float, error: str | None = None
    ) -> None:
        """Note nothing."""
