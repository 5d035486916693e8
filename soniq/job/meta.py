"""What a retry policy hears of a job whose attempt has failed."""

from dataclasses import dataclass
from datetime import datetime

from soniq.job.record import Readable


@dataclass(frozen=True, slots=True, eq=False)
class JobMeta(Readable):
    """One job as its worker holds it. Reads as attributes and as a mapping: `meta.queue`, `meta["queue"]`.

    Attributes:
        job_id: UUID as text.
        job_name: The task's name.
        queue: Where it was taken from.
        priority: 1 to 1000, lower first.
        attempt: The number of the attempt that failed, from 1.
        max_attempts: Runs at most, the first one included.
        created_at: When it was enqueued, by the database's clock.
        scheduled_at: When its caller asked for, None for at once.
    """

    job_id: str
    job_name: str
    queue: str
    priority: int
    attempt: int
    max_attempts: int
    created_at: datetime
    scheduled_at: datetime | None
