"""Middleware stands around every handler, the first one outermost, and sees what it does."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from soniq import JobContext, Snooze
from soniq.job import Claim, Failed, Finished, HandedBack, Outcome, Snoozed
from soniq.run.execute import Equipment, execute
from soniq.task.definition import Task
from soniq.task.surroundings import CallNext, Middleware
from tests.run.conftest import CONTEXT, NOW

tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="none")


def plain() -> str:
    return f"plain of {tenant.get()}"


async def asynchronous() -> str:
    return f"asynchronous of {tenant.get()}"


def wrapped() -> Any:
    return asynchronous()


async def inside(
    threads: ThreadPoolExecutor, handler: Callable[..., Any], *middleware: Middleware, seconds: float = 5
) -> Outcome:
    claim = Claim(uuid4(), uuid4(), "t", "{}", "default", 1, 2, 3, NOW, None, NOW, rescued=False)
    equipment = Equipment(threads, middleware)
    return await execute(Task("t", handler), claim, CONTEXT, equipment, timedelta(seconds=seconds))


async def for_tenant(ctx: JobContext, call_next: CallNext) -> Any:
    tenant.set(ctx.job_name)
    return await call_next()


@pytest.mark.parametrize("handler", [plain, asynchronous, wrapped])
async def test_middleware_sees_the_context_and_sets_what_the_handler_sees(
    threads: ThreadPoolExecutor, handler: Callable[..., Any]
) -> None:
    outcome = await inside(threads, handler, for_tenant)

    assert isinstance(outcome, Finished)
    assert outcome.result is not None
    assert outcome.result.endswith('of t"')


async def test_the_first_one_is_outermost_and_may_change_the_result(threads: ThreadPoolExecutor) -> None:
    async def outer(ctx: JobContext, call_next: CallNext) -> str:
        return f"outer({await call_next()})"

    async def inner(ctx: JobContext, call_next: CallNext) -> str:
        return f"inner({await call_next()})"

    assert await inside(threads, lambda: "job", outer, inner) == Finished('"outer(inner(job))"')


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), asyncio.CancelledError()])
@pytest.mark.parametrize("kind", ["plain", "asynchronous"])
async def test_what_the_handler_raises_reaches_the_middleware_and_is_the_attempts(
    threads: ThreadPoolExecutor, error: BaseException, kind: str
) -> None:
    seen: list[BaseException] = []

    async def watch(ctx: JobContext, call_next: CallNext) -> Any:
        try:
            return await call_next()
        except BaseException as caught:
            seen.append(caught)
            raise

    def fails() -> None:
        raise error

    async def fails_later() -> None:
        raise error

    outcome = await inside(threads, fails if kind == "plain" else fails_later, watch)

    assert isinstance(outcome, Failed)
    assert type(error).__name__ in outcome.error
    assert seen == [error]


async def test_middleware_may_answer_in_the_handlers_place(threads: ThreadPoolExecutor) -> None:
    async def closed(ctx: JobContext, call_next: CallNext) -> Snooze:
        return Snooze(60, "closed today")

    assert await inside(threads, plain, closed) == Snoozed(timedelta(seconds=60), "closed today")


async def test_the_deadline_holds_for_the_middleware_too(threads: ThreadPoolExecutor) -> None:
    async def slow(ctx: JobContext, call_next: CallNext) -> Any:
        await asyncio.Event().wait()

    outcome = await inside(threads, plain, slow, seconds=0.05)

    assert isinstance(outcome, Failed)
    assert outcome.reason == "timeout"


async def test_a_plain_handler_that_outlives_its_time_is_left_in_its_thread(threads: ThreadPoolExecutor) -> None:
    end = threading.Event()

    outcome = await inside(threads, end.wait, for_tenant, seconds=0.05)
    end.set()

    assert isinstance(outcome, Failed)
    assert "its thread runs on" in outcome.error


async def test_one_that_never_got_a_thread_is_handed_back(threads: ThreadPoolExecutor) -> None:
    end = threading.Event()
    busy = [threads.submit(end.wait) for _ in range(2)]

    outcome = await inside(threads, plain, for_tenant, seconds=0.05)
    end.set()

    assert isinstance(outcome, HandedBack)
    assert all(one.result() for one in busy)
