"""Soniq: a job queue in your own Postgres. The job commits with your transaction, or it never was."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from soniq.version import __version__

if TYPE_CHECKING:
    from soniq.app import Soniq
    from soniq.errors import SoniqError
    from soniq.job import (
        Cancellation,
        DeadLetterFilter,
        DeadLetterJob,
        DeadLetterStats,
        Discard,
        Finding,
        Job,
        JobContext,
        JobId,
        JobMeta,
        JobStatus,
        QueueRecord,
        QueueStats,
        Retry,
        Schedule,
        Snooze,
        WorkerRecord,
    )
    from soniq.schedule.builders import cron, daily, every, monthly, weekly
    from soniq.task.definition import TaskRef, task_ref
    from soniq.task.options import JobFunction, JobOptions
    from soniq.task.policy import ExponentialBackoff, RetryPolicy
    from soniq.task.unique import Unique
    from soniq.watch.metrics import MetricsSink, NoopMetricsSink
    from soniq.watch.opentelemetry import OpenTelemetryTracing
    from soniq.watch.prometheus import PrometheusMetricsSink

__all__ = [
    "Cancellation",
    "DeadLetterFilter",
    "DeadLetterJob",
    "DeadLetterStats",
    "Discard",
    "ExponentialBackoff",
    "Finding",
    "Job",
    "JobContext",
    "JobFunction",
    "JobId",
    "JobMeta",
    "JobOptions",
    "JobStatus",
    "MetricsSink",
    "NoopMetricsSink",
    "OpenTelemetryTracing",
    "PrometheusMetricsSink",
    "QueueRecord",
    "QueueStats",
    "Retry",
    "RetryPolicy",
    "Schedule",
    "Snooze",
    "Soniq",
    "SoniqError",
    "TaskRef",
    "Unique",
    "WorkerRecord",
    "__version__",
    "cron",
    "daily",
    "every",
    "monthly",
    "task_ref",
    "weekly",
]

# Each name is loaded when it is first asked for: a producer that enqueues needs no worker.
_HOMES: Final = {
    "Cancellation": "soniq.job",
    "Discard": "soniq.job",
    "DeadLetterFilter": "soniq.job",
    "DeadLetterJob": "soniq.job",
    "DeadLetterStats": "soniq.job",
    "ExponentialBackoff": "soniq.task.policy",
    "Finding": "soniq.job",
    "Job": "soniq.job",
    "JobContext": "soniq.job",
    "JobFunction": "soniq.task.options",
    "JobId": "soniq.job",
    "JobMeta": "soniq.job",
    "JobOptions": "soniq.task.options",
    "JobStatus": "soniq.job",
    "MetricsSink": "soniq.watch.metrics",
    "NoopMetricsSink": "soniq.watch.metrics",
    "OpenTelemetryTracing": "soniq.watch.opentelemetry",
    "PrometheusMetricsSink": "soniq.watch.prometheus",
    "QueueRecord": "soniq.job",
    "QueueStats": "soniq.job",
    "Schedule": "soniq.job",
    "Retry": "soniq.job",
    "RetryPolicy": "soniq.task.policy",
    "Snooze": "soniq.job",
    "Soniq": "soniq.app",
    "SoniqError": "soniq.errors",
    "TaskRef": "soniq.task.definition",
    "Unique": "soniq.task.unique",
    "WorkerRecord": "soniq.job",
    "cron": "soniq.schedule.builders",
    "daily": "soniq.schedule.builders",
    "every": "soniq.schedule.builders",
    "monthly": "soniq.schedule.builders",
    "task_ref": "soniq.task.definition",
    "weekly": "soniq.schedule.builders",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'soniq' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
