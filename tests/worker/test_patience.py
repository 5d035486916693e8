"""Nothing that goes wrong inside ends a worker silently."""

import asyncio
import logging

import pytest

from soniq.errors import DatabaseUnreachable
from soniq.worker.patience import keep_going


async def test_a_part_that_fails_is_said_and_run_again(caplog: pytest.LogCaptureFixture) -> None:
    failures = [DatabaseUnreachable("gone"), ZeroDivisionError("a fault of ours")]

    async def work() -> None:
        if failures:
            raise failures.pop(0)

    with caplog.at_level(logging.WARNING, "soniq"):
        await keep_going("claim", work)

    assert [(record.message, record.levelname) for record in caplog.records] == [
        ("database unreachable, for the part 'claim': gone", "WARNING"),
        ("worker part failed: 'claim'", "ERROR"),
    ]
    assert {record.__dict__["part"] for record in caplog.records} == {"claim"}


async def test_a_cancelled_part_ends() -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await keep_going("claim", work)


async def test_it_waits_no_longer_than_it_is_told() -> None:
    tries = iter(range(8))

    async def work() -> None:
        if next(tries) < 7:  # else 0.05 s, doubled six times: over three seconds
            raise DatabaseUnreachable("gone")

    async with asyncio.timeout(2):
        await keep_going("claim", work, longest=0.001)
