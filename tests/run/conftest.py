"""Run a handler's attempt as a worker would."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from soniq.job import Claim, JobContext, Outcome
from soniq.run.execute import Equipment, execute
from soniq.task.definition import Task

NOW = datetime.now(UTC)
CONTEXT = JobContext(str(uuid4()), "t", 2, 3, "default", "w", None, NOW)
Run = Callable[..., "asyncio.Task[Outcome]"]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def run(threads: ThreadPoolExecutor) -> Run:
    def start(handler: Callable[..., Any], args: str = "{}", seconds: float | None = 5) -> "asyncio.Task[Outcome]":
        claim = Claim(uuid4(), uuid4(), "t", args, "default", 1, 2, 3, NOW, None, NOW, rescued=False)
        timeout = None if seconds is None else timedelta(seconds=seconds)
        return asyncio.create_task(execute(Task("t", handler), claim, CONTEXT, Equipment(threads), timeout))

    return start
