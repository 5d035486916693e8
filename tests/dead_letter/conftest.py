"""Dead letters without a worker: a function that buries a job as the settle does."""

import json
from collections.abc import Awaitable
from typing import Any, Protocol

import pytest

from soniq.identity import new_id

BURY = """
insert into soniq.dead_letter_jobs (
    id, task, queue, priority, args, created_at, dead_at, attempt, max_attempts, errors, reason, last_error, traceback,
    tags
) values (
    $1, $2, $3, 100, $4, now(), now() - $5::double precision * interval '1 day', 4, 4, $6, $7, $8, 'Traceback …',
    $9
)
"""


class Bury(Protocol):
    """Writes a dead letter and returns its id."""

    def __call__(self, number: int = 0, /, **facts: Any) -> Awaitable[str]: ...


@pytest.fixture
def bury(app: Any, other: Any) -> Bury:
    """Give a function that writes a dead letter with these facts."""
    return burier(other)


def burier(connection: Any) -> Bury:
    async def write(number: int = 0, /, **facts: Any) -> str:
        error = facts.get("error", "ValueError: no")
        errors = [{"attempt": 4, "at": "2026-01-01T00:00:00+00:00", "error": error}]
        job_id = new_id()
        await connection.execute(
            BURY,
            job_id,
            facts.get("task", "mail"),
            facts.get("queue", "default"),
            json.dumps({"number": number}),
            facts.get("days", 0),
            json.dumps(errors),
            facts.get("reason", "max_retries_exceeded"),
            error,
            facts.get("tags", []),
        )
        return str(job_id)

    return write


def numbers(found: Any) -> list[int]:
    """Say which ones were found, by the number that they were buried with."""
    return [one.args["number"] for one in found]
