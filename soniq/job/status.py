"""The statuses that users see."""

from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job is in its life.

    A job for later and one that waits for its retry are `queued` too; `scheduled_at` tells when.
    """

    QUEUED = "queued"
    PROCESSING = "processing"
    DONE = "done"
    CANCELLED = "cancelled"
    DEAD_LETTER = "dead_letter"
