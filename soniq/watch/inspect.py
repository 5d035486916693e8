"""Read jobs, counts and workers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from soniq.errors import OptionInvalid
from soniq.job import Attempt, Job, JobStatus, QueueRecord, QueueStats, WorkerRecord
from soniq.pool import Lent, Row
from soniq.sql import in_schema, statement

JOB: Final = statement("inspect", "job")
JOBS: Final = statement("inspect", "jobs")
COUNTS: Final = statement("inspect", "counts")
WORKERS: Final = statement("inspect", "workers")


async def read_job(connection: Lent, schema: str, job_id: UUID) -> Job | None:
    """Return one job, wherever it is; None where there is none."""
    row = await connection.fetchrow(in_schema(JOB, schema), job_id)
    if row is None:
        return None
    return to_job(row, traceback=row["traceback"], progress=row["progress"], progress_note=row["progress_note"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which jobs to list: of this queue, status and task (None for any), from `offset` on, at most `limit`."""

    queue: str | None
    status: JobStatus | None
    task: str | None
    limit: int
    offset: int


async def read_jobs(connection: Lent, schema: str, wanted: Wanted) -> list[Job]:
    """Return jobs, newest first."""
    rows = await connection.fetch(
        in_schema(JOBS, schema),
        wanted.queue,
        wanted.status and str(wanted.status),
        wanted.limit,
        wanted.offset,
        wanted.task,
    )
    return [to_job(row) for row in rows]


async def read_counts(connection: Lent, schema: str, queue: str | None) -> dict[str, QueueRecord]:
    """Return the counts of each queue that has jobs or is paused, by its name."""
    rows = await connection.fetch(in_schema(COUNTS, schema), queue)
    counted: dict[str, dict[str, int]] = {}
    for row in rows:
        counted.setdefault(row["queue"], {})[row["status"]] = row["count"]
    return {name: _to_queue(counts) for name, counts in counted.items()}


async def read_workers(connection: Lent, schema: str) -> list[WorkerRecord]:
    """Return the workers that the database knows, oldest first."""
    rows = await connection.fetch(in_schema(WORKERS, schema))
    return [
        WorkerRecord(**{**row, "id": str(row["id"]), "queues": row["queues"] and tuple(row["queues"])}) for row in rows
    ]


def _to_queue(counts: dict[str, int]) -> QueueRecord:
    paused = bool(counts.pop("paused", 0))
    return QueueRecord(total=sum(counts.values()), **counts, paused=paused)


def add_up(counts: Mapping[str, QueueStats]) -> QueueStats:
    """Return the counts of all queues together."""
    return QueueStats(**{name: sum(one[name] for one in counts.values()) for name in QueueStats()})


def to_job(row: Row, **more: Any) -> Job:
    """Read a row of any of the three tables; `more` are fields that only some statements read."""
    errors = to_attempts(row["errors"])
    return Job(
        id=str(row["id"]),
        job_name=row["task"],
        args=json.loads(row["args"]),
        status=JobStatus(row["status"]),
        queue=row["queue"],
        priority=row["priority"],
        attempts=row["attempt"],
        max_attempts=row["max_attempts"],
        created_at=row["created_at"],
        scheduled_at=row["scheduled_at"],
        updated_at=row["updated_at"],
        last_error=errors[-1].error if errors else None,
        result=None if row["result"] is None else json.loads(row["result"]),
        dead_letter_reason=row["reason"],
        worker_id=row["worker_id"] and str(row["worker_id"]),
        errors=errors,
        **more,
    )


def to_attempts(errors: str) -> tuple[Attempt, ...]:
    """Read a job's failed attempts from their JSON text."""
    return tuple(Attempt(one["attempt"], datetime.fromisoformat(one["at"]), one["error"]) for one in json.loads(errors))


def to_id(job_id: str | UUID) -> UUID:
    """Read a job's id.

    Raises:
        OptionInvalid: It is no UUID.
    """
    try:
        return job_id if isinstance(job_id, UUID) else UUID(job_id)
    except (ValueError, AttributeError, TypeError) as error:
        raise OptionInvalid(f"{job_id!r} is not a job's id, which is a UUID", option="job_id") from error


def to_status(status: str | None) -> JobStatus | None:
    """Read a status.

    Raises:
        OptionInvalid: There is none of that name.
    """
    try:
        return None if status is None else JobStatus(status)
    except ValueError as error:
        raise OptionInvalid(f"{status!r} is not a status; they are {', '.join(JobStatus)}", option="status") from error
