"""Run one job with a handler of the test's own."""

from collections.abc import Callable
from typing import Any

from soniq import Job, Soniq


async def run(app: Soniq, handler: Callable[..., Any], **options: Any) -> Job:
    """Enqueue it in the queue `work`, run what is due there, and return what the job is then."""
    app.job(name="work", queue="work", **{"retries": 0} | options)(handler)
    job_id = await app.enqueue("work")
    await app.run_worker(run_once=True, queues=["work"])
    job = await app.get_job(job_id)
    assert job is not None
    return job
