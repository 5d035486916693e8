"""Read jobs of all states, also those that only an open transaction sees."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from soniq.adapters import join
from soniq.app import Soniq
from soniq.job import Job
from soniq.sql import in_schema, statement
from soniq.watch.inspect import to_job

JOBS: Final = statement("testing", "jobs")
TIMES: Final = ("created_at", "scheduled_at", "updated_at")


async def jobs_of(app: Soniq, task: str | None, connection: object | None = None) -> list[Job]:
    """Return the jobs of a task, or all, oldest first.

    Args:
        app: Whose.
        task: Its name; None for every one.
        connection: Where to look, in any shape that `connection=` of an enqueue takes; None sees what is committed.
    """
    return await _read(app, (task, None), connection)


async def jobs_run_by(app: Soniq, worker_id: str) -> list[Job]:
    """Return the jobs that a worker ran, in the order in which they ended."""
    jobs = await _read(app, (None, worker_id), None)
    return sorted(jobs, key=lambda job: (job.updated_at, job.priority, job.id))


async def _read(app: Soniq, parameters: Sequence[str | None], connection: object | None) -> list[Job]:
    text = in_schema(JOBS, app.settings.database_schema)
    if connection is None:
        async with app.backend.acquire() as own:
            rows = [tuple(row) for row in await own.fetch(text, *parameters)]
    else:
        rows = await join(connection).fetch(text, parameters)
    return [_job(json.loads(found)) for (found,) in rows]


def _job(row: dict[str, Any]) -> Job:
    read: Any = row | {name: row[name] and datetime.fromisoformat(row[name]) for name in TIMES}
    return to_job(read, traceback=row["traceback"])
