"""A schedule: about to be written, and as users see it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from soniq.job.record import Readable


class NewSchedule(NamedTuple):
    """A checked schedule, every value as text, ready to become a row.

    Attributes:
        name: Its key.
        task: Whose jobs it makes.
        args: Their arguments as JSON text of an object.
        queue: Where they go.
        priority: 1 to 1000, lower first.
        max_attempts: Runs of one job at most.
        concurrency_key: What the jobs share a limit by; None for no limit.
        concurrency: Jobs of that key at once; None without a key.
        cron: Five words; None where `every` says when.
        tz: The time zone in which the cron is read; None without one.
        every: Seconds between two ticks; None where `cron` says when.
        missed: What becomes of missed ticks.
    """

    name: str
    task: str
    args: str
    queue: str
    priority: str
    max_attempts: str
    concurrency_key: str | None
    concurrency: str | None
    cron: str | None
    tz: str | None
    every: str | None
    missed: str


@dataclass(frozen=True, slots=True, eq=False)
class Schedule(Readable):
    """One schedule. Reads as attributes and as a mapping: `schedule.next_at`, `schedule["next_at"]`.

    Attributes:
        name: Its key.
        job_name: The task whose jobs it makes.
        args: Their arguments as they travel: plain JSON values.
        queue: Where they go.
        priority: 1 to 1000, lower first.
        max_attempts: Runs of one job at most.
        cron: Five words; None where `every` says when.
        tz: The time zone in which the cron is read; None where `every` says when.
        every: Between two ticks; None where `cron` says when.
        missed: `latest`, `catch_up` or `skip`.
        source: `code` where `@app.periodic` declares it, `call` where `app.scheduler.add` made it.
        status: `active`; `paused`; or `orphaned`: no running worker's code declares it any more, so it rests.
        next_at: The next tick, None while it is paused. All times are the database's, aware.
        last_at: The last tick that became a job, None before the first.
        last_job_id: That job, UUID as text.
        created_at: When it was added.
        updated_at: When it was last changed, paused or resumed.
    """

    name: str
    job_name: str
    args: dict[str, Any]
    queue: str
    priority: int
    max_attempts: int
    cron: str | None
    tz: str | None
    every: timedelta | None
    missed: str
    source: str
    status: str
    next_at: datetime | None
    last_at: datetime | None
    last_job_id: str | None
    created_at: datetime
    updated_at: datetime
