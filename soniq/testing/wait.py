"""Wait for a fact, not for a time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

T = TypeVar("T")


async def wait_until(
    predicate: Callable[[], T | Awaitable[T]], *, timeout: float = 2, poll: float = 0.01, message: str | None = None
) -> T:
    """Ask until the answer is true, and return it.

    Args:
        predicate: A function, asynchronous or not.
        timeout: Seconds at most; it is asked once in any case.
        poll: Seconds between two questions.
        message: What the error says; the last answer by default.

    Raises:
        AssertionError: The answer was not true in time.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + timeout
    while True:
        asked = predicate()
        answer = cast(T, await asked if inspect.isawaitable(asked) else asked)
        if answer:
            return answer
        if loop.time() >= ends:
            raise AssertionError(message or f"not true within {timeout} s; the last answer was {answer!r}")
        await asyncio.sleep(poll)
