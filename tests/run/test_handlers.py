"""Every kind of handler runs or is told why not, and none of them can stop a worker."""

import asyncio
import contextvars
import functools
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import pytest
from pydantic import BaseModel, model_validator

from soniq import JobContext, Snooze
from soniq.job import Failed, Finished, HandedBack
from tests.run.conftest import Run
from tests.run.test_execute import raiser

trace_id: contextvars.ContextVar[str] = contextvars.ContextVar("trace_id")


class Callable_:
    async def __call__(self, word: str) -> str:
        return word + "!"

    @classmethod
    async def made(cls, word: str) -> str:
        return word + "?"


async def plain(word: str, mark: str = ".") -> str:
    return word + mark


@pytest.mark.parametrize(
    ("handler", "result"),
    [(Callable_(), "hey!"), (Callable_.made, "hey?"), (functools.partial(plain, mark=";"), "hey;")],
)
async def test_every_kind_of_callable_runs(run: Run, handler: Callable[..., Any], result: str) -> None:
    assert await run(handler, '{"word": "hey"}') == Finished(json.dumps(result))


async def test_a_callable_that_takes_no_keywords_is_told(run: Run) -> None:
    outcome = await run(str.upper, '{"word": "hey"}')

    assert isinstance(outcome, Failed)
    assert not outcome.retryable


async def generator() -> AsyncIterator[int]:
    yield 1


async def forgetful() -> object:
    return plain("x")


@pytest.mark.parametrize("handler", [forgetful, generator, lambda: (one for one in "x")])
async def test_a_handler_that_ran_nothing_is_told(run: Run, handler: Callable[..., Any]) -> None:
    outcome = await run(handler)

    assert isinstance(outcome, Failed)
    assert "async def" in outcome.error
    assert (outcome.retryable, outcome.reason) == (False, "permanent_failure")


async def test_a_plain_wrapper_around_an_asynchronous_handler_runs_it(run: Run) -> None:
    @functools.wraps(plain)
    def wrapper(word: str) -> Coroutine[Any, Any, str]:
        return plain(word)

    assert await run(wrapper, '{"word": "hey"}') == Finished('"hey."')


async def test_what_a_plain_wrapper_returns_ends_at_the_same_deadline(run: Run) -> None:
    outcome = await run(lambda: asyncio.Event().wait(), seconds=0.05)

    assert isinstance(outcome, Failed)
    assert outcome.reason == "timeout"


async def test_a_job_that_found_no_thread_is_handed_back_unspent(run: Run) -> None:
    release = threading.Event()
    stuck = [await run(release.wait, seconds=0.01) for _ in range(2)]

    outcome = await run(lambda: "never", seconds=0.01)
    release.set()

    assert [isinstance(one, Failed) for one in stuck] == [True, True]
    assert isinstance(outcome, HandedBack)


async def test_a_job_is_handed_back_where_the_threads_have_ended(run: Run, threads: ThreadPoolExecutor) -> None:
    threads.shutdown()

    assert isinstance(await run(lambda: "never"), HandedBack)


async def test_a_handler_that_cancels_itself_as_it_returns_has_failed(run: Run) -> None:
    async def handler() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    outcome = await run(handler)

    assert isinstance(outcome, Failed)
    assert outcome.error.startswith("CancelledError")


class Exits(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class Liar:
    @property  # type: ignore[misc]  # that is the lie
    def __class__(self) -> Any:
        raise SystemExit(3)


EXITS: Any = Exits()


@pytest.mark.parametrize("make", [Exits, Liar, lambda: Snooze(1, EXITS), lambda: Snooze(EXITS), lambda: 10**5000])
async def test_nothing_that_a_handler_returns_stops_the_worker(run: Run, make: Callable[[], Any]) -> None:
    assert isinstance(await run(make), Finished | Failed)


async def test_an_exception_that_exits_when_shown_is_told(run: Run) -> None:
    outcome = await run(raiser(Exits()))

    assert isinstance(outcome, Failed)
    assert outcome.error == "Exits: <its text could not be had: SystemExit>"


class Furious(BaseModel):
    number: int

    @model_validator(mode="after")
    def refuse(self) -> Self:
        raise LookupError("not today")


async def test_a_validator_that_raises_anything_fails_the_job_for_good(run: Run) -> None:
    def handler(order: Furious) -> None: ...

    outcome = await run(handler, '{"order": {"number": 1}}')

    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.reason) == ("LookupError: not today", "invalid_arguments")


async def test_a_handler_sees_its_context_and_its_context_variables(run: Run) -> None:
    trace_id.set("t-1")

    def handler(ctx: JobContext) -> list[object]:
        return [trace_id.get(), ctx.attempt, ctx.max_attempts, ctx.worker_id, threading.current_thread().name]

    outcome = await run(handler)

    assert isinstance(outcome, Finished)
    assert outcome.result is not None
    assert json.loads(outcome.result)[:4] == ["t-1", 2, 3, "w"]
