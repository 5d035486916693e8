"""Read schedules as users see them."""

from datetime import datetime
from json import loads
from typing import Any, Final

from soniq.errors import OptionInvalid, ScheduleInvalid
from soniq.job import Schedule
from soniq.pool import Executor
from soniq.schedule.tick import ORPHANED_SECONDS, rule_of
from soniq.sql import in_schema, statement

SCHEDULES: Final = statement("schedule", "schedules")
STATUSES: Final = ("active", "paused", "orphaned")


def check_status(status: object) -> str | None:
    """Return a schedule's status, None for all.

    Raises:
        OptionInvalid: There is no such status.
    """
    if status is not None and (not isinstance(status, str) or status not in STATUSES):
        raise OptionInvalid(f"`status` must be one of {', '.join(STATUSES)}, not {status!r}", option="status")
    return status


async def read_schedules(db: Executor, schema: str, name: str | None, status: str | None) -> list[Schedule]:
    """Read the schedules by name: one, those of a status, or all."""
    rows = await db.fetch(in_schema(SCHEDULES, schema), name, status, ORPHANED_SECONDS)
    return [_schedule(row) for row in rows]


def _schedule(row: Any) -> Schedule:
    return Schedule(
        name=row["name"],
        job_name=row["task"],
        args=loads(row["args"]),
        queue=row["queue"],
        priority=row["priority"],
        max_attempts=row["max_attempts"],
        cron=row["cron"],
        tz=row["tz"],
        every=row["every"],
        missed=row["missed"],
        source=row["source"],
        status=row["status"],
        next_at=_next_at(row),
        last_at=row["last_at"],
        last_job_id=None if row["last_job_id"] is None else str(row["last_job_id"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _next_at(row: Any) -> datetime | None:
    """Work out what the leader has not written yet."""
    stored: datetime | None = row["next_at"]
    if stored is not None or row["status"] == "paused":
        return stored
    try:
        return rule_of(row["cron"], row["tz"], row["every"]).after(row["after_at"])
    except ScheduleInvalid:
        return None  # a time zone that this machine does not know
