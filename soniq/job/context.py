"""What a handler may know about its own run."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobContext:
    """The running job, for a handler that has a parameter annotated `JobContext`.

    Attributes:
        job_id: UUID as text; stable over all attempts, so a good idempotency key.
        job_name: The task's name.
        attempt: This run's number, from 1.
        max_attempts: Runs at most, the first one included.
        queue: Where the job was taken from.
        worker_id: The worker that runs it.
        scheduled_at: When its caller asked for, None for at once.
        created_at: When it was enqueued, by the database's clock.
    """

    job_id: str
    job_name: str
    attempt: int
    max_attempts: int
    queue: str
    worker_id: str
    scheduled_at: datetime | None
    created_at: datetime
