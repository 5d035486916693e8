"""Count attempts for Prometheus, with its own client library."""

try:
    from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
except ImportError as error:
    raise ImportError("PrometheusMetricsSink needs prometheus-client: pip install prometheus-client") from error

LABELS = ("job_name", "queue")


class PrometheusMetricsSink:
    """Pass one to `Soniq(metrics_sink=…)`; several apps of a process share one.

    It counts `<prefix>_jobs_started_total`, `<prefix>_jobs_completed_total` (also by `status`),
    `<prefix>_job_duration_seconds` and `<prefix>_jobs_in_progress`, by `job_name` and `queue`.

    Args:
        registry: Of prometheus-client; its default one by default.
        prefix: What the names begin with.

    Raises:
        ValueError: The registry has metrics of these names already: make one sink a registry and prefix.
    """

    def __init__(self, registry: CollectorRegistry | None = None, prefix: str = "soniq") -> None:
        where = REGISTRY if registry is None else registry
        self._started = Counter(f"{prefix}_jobs_started", "Attempts begun", LABELS, registry=where)
        self._completed = Counter(
            f"{prefix}_jobs_completed", "Attempts ended, by how", (*LABELS, "status"), registry=where
        )
        self._seconds = Histogram(f"{prefix}_job_duration_seconds", "Seconds an attempt took", LABELS, registry=where)
        self._running = Gauge(f"{prefix}_jobs_in_progress", "Attempts that run now", LABELS, registry=where)

    async def record_job_start(self, *, job_id: str, job_name: str, queue: str, attempt: int) -> None:
        """Count an attempt that begins."""
        self._started.labels(job_name, queue).inc()
        self._running.labels(job_name, queue).inc()

    async def record_job_end(
        self, *, job_id: str, job_name: str, queue: str, status: str, duration_s: float, error: str | None = None
    ) -> None:
        """Count an attempt that has ended."""
        self._running.labels(job_name, queue).dec()
        self._completed.labels(job_name, queue, status).inc()
        self._seconds.labels(job_name, queue).observe(duration_s)
