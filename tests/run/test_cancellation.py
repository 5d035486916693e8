"""What becomes of a handler when its worker gives the attempt up."""

import asyncio
import concurrent.futures
import threading
from contextlib import suppress
from typing import Any

import pytest

from soniq.job import Finished
from soniq.run import deadline
from soniq.run.deadline import StillRunning
from soniq.run.left_behind import count_left_behind
from tests.run.conftest import Run


async def test_the_workers_own_cancellation_passes_through(run: Run) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def handler() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    attempt = run(handler)
    await begun.wait()
    attempt.cancel()

    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert ended.is_set()


class Thread:
    """A handler in a thread: says when it has begun, and ends when it is told."""

    def __init__(self) -> None:
        self.begun, self.finish = asyncio.Event(), threading.Event()
        self._loop = asyncio.get_running_loop()

    def __call__(self) -> object:
        self._loop.call_soon_threadsafe(self.begun.set)
        self.finish.wait()
        return "done"


async def test_the_workers_first_cancellation_waits_for_a_thread(run: Run) -> None:
    handler = Thread()
    attempt = run(handler)
    await handler.begun.wait()
    attempt.cancel()
    await asyncio.wait([attempt], timeout=0.05)
    assert not attempt.done()

    handler.finish.set()

    assert await attempt == Finished('"done"')


async def test_the_second_one_leaves_the_thread_behind_until_it_has_ended(run: Run) -> None:
    handler = Thread()
    attempt = run(handler)
    await handler.begun.wait()
    for _ in range(2):
        attempt.cancel()
        await asyncio.wait([attempt], timeout=0.05)

    with pytest.raises(StillRunning) as still:
        await attempt
    assert (still.value.execution.done(), count_left_behind()) == (False, 1)
    handler.finish.set()
    assert isinstance(still.value.execution, concurrent.futures.Future)
    assert still.value.execution.result(timeout=5) == "done"


async def test_what_a_cancelled_thread_returns_is_not_gone_on_with(run: Run) -> None:
    ran: list[int] = []
    handler = Thread()

    async def body() -> None:
        ran.append(1)

    def wrapper() -> Any:
        handler()
        return body()

    attempt = run(wrapper)
    await handler.begun.wait()
    attempt.cancel()
    await asyncio.sleep(0)
    handler.finish.set()

    with pytest.raises(asyncio.CancelledError):
        await attempt
    assert ran == []


async def test_a_handler_that_swallows_the_workers_cancellation_is_left_behind(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "UNWILLING_SECONDS", 0.01)
    begun, release = asyncio.Event(), asyncio.Event()

    async def handler() -> None:
        begun.set()
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()

    attempt = run(handler)
    await begun.wait()
    attempt.cancel()

    with pytest.raises(StillRunning):
        await attempt
    release.set()
