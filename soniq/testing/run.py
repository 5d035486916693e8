"""One run of a real worker over what is due."""

import asyncio
from collections.abc import Sequence

from soniq.app import Soniq
from soniq.job import Job
from soniq.testing.jobs import jobs_run_by


async def run_due(app: Soniq, queues: Sequence[str] | None, max_jobs: int | None = None) -> list[Job]:
    """Run what is due, one job at a time, and return the jobs as they are then."""
    worker = await app._worker(1, queues)
    await worker.run_once(asyncio.Event(), max_jobs)
    return await jobs_run_by(app, worker.id)
