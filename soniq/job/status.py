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


class Cancellation(StrEnum):
    """What became of a wish to cancel a job; false where it came too late, or there is no such job."""

    CANCELLED = "cancelled"
    ASKED = "asked"
    TOO_LATE = "too_late"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        return self in (Cancellation.CANCELLED, Cancellation.ASKED)
