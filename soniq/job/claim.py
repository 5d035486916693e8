"""A worker's hold on one job, for one attempt."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Claim(NamedTuple):
    """One job in a worker's hands. A tuple, as `NewJob`: one is made for each attempt.

    Attributes:
        id: The job.
        token: Made for this claim alone; only who holds it may settle the job.
        task: The task's name.
        args: The arguments as JSON text of an object.
        queue: Where it was taken from.
        priority: 1 to 1000, lower first.
        attempt: This run's number, from 1.
        max_attempts: Runs at most, the first one included.
        run_at: When it became due, by the database's clock.
        scheduled_at: When its caller asked for, None for at once.
        created_at: When it was enqueued, by the database's clock.
        rescued: It was in the hands of a worker that died, so it is run without prefetched company.
        snoozes: How often it was put off at its own wish.
        trace: Where it was enqueued, as `NewJob` has it.
    """

    id: UUID
    token: UUID
    task: str
    args: str
    queue: str
    priority: int
    attempt: int
    max_attempts: int
    run_at: datetime
    scheduled_at: datetime | None
    created_at: datetime
    rescued: bool
    snoozes: int = 0
    trace: str | None = None
