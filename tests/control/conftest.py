"""Facts to wait for, and a worker in another process."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from soniq import Job, Soniq

PROGRAM = Path(__file__).parent / "worker_process.py"
Until = Callable[[str, Callable[[Job], object]], Any]


@pytest.fixture
def until(app: Soniq, other: Any) -> Until:
    """Give a function that waits until something is true of a job, at most ten seconds."""

    async def wait(job_id: str, holds: Callable[[Job], object]) -> Job:
        async with asyncio.timeout(10):
            while not (job := await app.get_job(job_id)) or not holds(job):
                await other.execute("select pg_sleep(0.01)")
        return job

    return wait


@asynccontextmanager
async def worker_elsewhere(url: str, other: Any) -> AsyncIterator[None]:
    """Run a worker in another process for the length of the block."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), url])  # noqa: ASYNC220  # it returns at once
    try:
        async with asyncio.timeout(20):
            while not await other.fetchval("select count(*) from soniq.workers"):
                await other.execute("select pg_sleep(0.01)")
        yield
    finally:
        process.kill()
        process.wait()
