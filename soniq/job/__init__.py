"""The values that travel between the stages: a new job, a claim, an outcome, a verdict."""

from soniq.job.claim import Claim
from soniq.job.context import JobContext
from soniq.job.dead_letter import DeadLetterFilter, DeadLetterJob, DeadLetterStats
from soniq.job.new import NewJob
from soniq.job.outcome import Directive, Discard, Failed, Finished, HandedBack, Outcome, Retry, Snooze, Snoozed
from soniq.job.record import Attempt, Job, QueueStats, WorkerRecord
from soniq.job.status import JobStatus
from soniq.job.verdict import Verdict

__all__ = [
    "Attempt",
    "Claim",
    "DeadLetterFilter",
    "DeadLetterJob",
    "DeadLetterStats",
    "Directive",
    "Discard",
    "Failed",
    "Finished",
    "HandedBack",
    "Job",
    "JobContext",
    "JobStatus",
    "NewJob",
    "Outcome",
    "QueueStats",
    "Retry",
    "Snooze",
    "Snoozed",
    "Verdict",
    "WorkerRecord",
]
