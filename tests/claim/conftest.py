"""Jobs in a database without a worker: what a claim meets."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from soniq import Soniq
from soniq.claim.take import Holder
from soniq.identity import new_id

Put = Callable[..., Awaitable[UUID]]
PUT = """
insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts)
values ($1, 'task', $2, $3, '{}', $4, now() + $5::text::interval, $6)
"""


@pytest.fixture
def holder() -> Holder:
    """Name a worker."""
    return Holder(new_id(), "soniq")


@pytest.fixture
def put(app: Soniq, other: Any) -> Put:
    """Give a function that writes one job."""

    async def write(
        queue: str = "default", priority: int = 100, state: str = "ready", due: str = "0 s", max_attempts: int = 4
    ) -> UUID:
        job_id = new_id()
        await other.execute(PUT, job_id, queue, priority, state, due, max_attempts)
        return job_id

    return write
