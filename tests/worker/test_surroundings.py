"""Hooks hear of every attempt, and a worker opens what its handlers share once, and closes it in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import pytest

from soniq import JobContext, Soniq
from soniq.errors import ArgumentsInvalid, OptionInvalid, ResourceFailed


async def test_hooks_hear_of_what_begins_what_finished_and_what_failed(app: Soniq) -> None:
    heard: list[tuple[Any, ...]] = []

    @app.before_job
    def begins(job_name: str, job_id: str, attempt: int) -> None:
        heard.append(("before", job_name, attempt))

    @app.after_job
    async def finished(job_name: str, job_id: str, duration_ms: float) -> None:
        heard.append(("after", job_name, duration_ms >= 0))

    @app.on_error
    def failed(job_name: str, job_id: str, error: Exception, attempt: int) -> None:
        heard.append(("error", job_name, str(error), attempt))

    @app.job(name="twice")
    async def twice(ctx: JobContext) -> None:
        if ctx.attempt == 1:
            raise ValueError("not yet")

    await app.enqueue(twice)
    await app.run_worker(run_once=True)

    first, second = ("before", "twice", 1), ("before", "twice", 2)
    assert heard == [first, ("error", "twice", "not yet", 1), second, ("after", "twice", True)]


async def test_a_hook_that_fails_changes_nothing(app: Soniq, caplog: pytest.LogCaptureFixture) -> None:
    @app.before_job
    def breaks(**facts: Any) -> None:
        raise RuntimeError("the hook is broken")

    @app.job(name="note")
    async def note() -> None: ...

    job_id = await app.enqueue(note)
    await app.run_worker(run_once=True)

    job = await app.get_job(job_id)
    assert job is not None
    assert job.status == "done"
    assert "hook failed" in caplog.text


async def test_resources_are_opened_once_in_order_and_closed_the_other_way_round(app: Soniq) -> None:
    told: list[str] = []

    @app.resource
    async def settings() -> AsyncIterator[str]:
        told.append("open settings")
        yield "verbose"
        told.append("close settings")

    @app.resource
    def client(mode: Annotated[str, settings], tries: int = 3) -> Iterator[str]:
        told.append("open client")
        yield f"{mode} client, {tries} tries"
        told.append("close client")

    @app.job(name="call")
    async def call(number: int, http: Annotated[str, client]) -> str:
        return f"{number} by {http}"

    ids = await app.enqueue_many(call, [{"number": 1}, {"number": 2}])
    await app.run_worker(run_once=True)

    done = await app.get_job(ids[1])
    assert done is not None
    assert done.result == "2 by verbose client, 3 tries"
    assert told == ["open settings", "open client", "close client", "close settings"]


async def test_a_resource_is_closed_in_the_task_that_opened_it(app: Soniq) -> None:
    tasks: list[Any] = []

    @app.resource
    async def scoped() -> AsyncIterator[None]:
        tasks.append(asyncio.current_task())
        yield
        tasks.append(asyncio.current_task())

    async with app.worker():
        pass

    assert tasks[0] is tasks[1]


async def test_a_worker_whose_resource_does_not_open_does_not_start_and_leaves_nothing(app: Soniq, other: Any) -> None:
    told: list[str] = []

    @app.resource
    async def first() -> AsyncIterator[None]:
        yield
        told.append("closed")

    @app.resource
    async def broken() -> AsyncIterator[None]:
        if not told:
            raise ConnectionError("no such host")
        yield

    with pytest.raises(ResourceFailed, match=r"broken' could not be opened: ConnectionError: no such host"):
        await app.run_worker(run_once=True)

    assert told == ["closed"]
    assert await other.fetchval("select count(*) from soniq.workers") == 0


async def test_a_call_cannot_give_what_the_worker_fills(app: Soniq) -> None:
    @app.resource
    def client() -> Iterator[str]:
        yield "client"

    @app.job(name="call")
    async def call(http: Annotated[str, client]) -> None: ...

    with pytest.raises(ArgumentsInvalid, match="`http` is no argument of a call"):
        await app.enqueue(call, http="mine")


async def test_a_resource_of_another_app_makes_a_dead_letter_that_says_so(app: Soniq) -> None:
    @Soniq().resource
    def client() -> Iterator[str]:
        yield "client"

    @app.job(name="call")
    async def call(http: Annotated[str, client]) -> None: ...

    job_id = await app.enqueue(call)
    await app.run_worker(run_once=True)

    job = await app.get_job(job_id)
    assert job is not None
    assert job.last_error is not None
    assert "was not declared on this app" in job.last_error


async def test_resources_that_need_one_another_in_a_circle_are_refused(app: Soniq) -> None:
    @app.resource
    def one(other: Any) -> Iterator[None]:
        yield

    @app.resource
    def two(other: Annotated[Any, one]) -> Iterator[None]:
        yield

    one.opener.__annotations__["other"] = Annotated[Any, two]

    with pytest.raises(OptionInvalid, match="circle"):
        await app.run_worker(run_once=True)


@pytest.mark.parametrize("verb", ["before_job", "after_job", "on_error", "middleware", "resource"])
def test_what_is_no_function_is_refused(verb: str) -> None:
    with pytest.raises(OptionInvalid, match=verb):
        getattr(Soniq(), verb)("no function")
