"""The values that travel between the stages: a new job, a claim, an outcome, a verdict."""

from soniq.job.claim import Claim
from soniq.job.context import JobContext, Link
from soniq.job.dead_letter import DeadLetterFilter, DeadLetterJob, DeadLetterStats
from soniq.job.finding import Finding
from soniq.job.meta import JobMeta
from soniq.job.new import JobId, NewJob, UniqueKey
from soniq.job.outcome import (
    Cancelled,
    Directive,
    Discard,
    Failed,
    Finished,
    HandedBack,
    Outcome,
    Retry,
    Snooze,
    Snoozed,
)
from soniq.job.record import Attempt, Job, QueueRecord, QueueStats, WorkerRecord
from soniq.job.schedule import NewSchedule, Schedule
from soniq.job.status import Cancellation, JobStatus
from soniq.job.verdict import Verdict

__all__ = [
    "Attempt",
    "Cancellation",
    "Cancelled",
    "Claim",
    "DeadLetterFilter",
    "DeadLetterJob",
    "DeadLetterStats",
    "Directive",
    "Discard",
    "Failed",
    "Finding",
    "Finished",
    "HandedBack",
    "Job",
    "JobContext",
    "JobId",
    "JobMeta",
    "JobStatus",
    "Link",
    "NewJob",
    "NewSchedule",
    "Outcome",
    "QueueRecord",
    "QueueStats",
    "Retry",
    "Schedule",
    "Snooze",
    "Snoozed",
    "UniqueKey",
    "Verdict",
    "WorkerRecord",
]
