"""Handlers that go on although their attempt was given up: nothing in Python ends a thread, or a task that will not."""

import asyncio
import concurrent.futures
from typing import Any, Final

Execution = asyncio.Future[Any] | concurrent.futures.Future[Any]

_left_behind: Final[set[Execution]] = set()


def leave_behind(execution: Execution) -> Execution:
    """Remember a handler until it has ended after all."""
    _left_behind.add(execution)
    execution.add_done_callback(_left_behind.discard)
    return execution


def count_left_behind() -> int:
    """Say how many handlers of this process go on although nobody waits for them."""
    return sum(not execution.done() for execution in list(_left_behind))
