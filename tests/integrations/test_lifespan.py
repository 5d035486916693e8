"""Soniq is open while a web application lives, and closed after it, with a worker where it is asked for."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from soniq import Soniq
from soniq.errors import OptionInvalid, SchemaMissing
from soniq.integrations import fastapi, starlette

Frameworks = pytest.mark.parametrize("framework", [FastAPI, Starlette])


@pytest.fixture
def queue(migrated_url: str) -> Soniq:
    return Soniq(migrated_url)


async def ended(queue: Soniq, job_id: str) -> str:
    """Wait until the job has ended, and say how."""
    async with asyncio.timeout(10), queue.backend.acquire() as connection:
        while (job := await queue.get_job(job_id)) is None or job.status in ("queued", "processing"):
            await connection.execute("select pg_sleep(0.01)")
    return str(job.status)


@Frameworks
async def test_soniq_is_open_while_the_application_lives(queue: Soniq, framework: Any) -> None:
    api = framework(lifespan=starlette.lifespan(queue))

    async with api.router.lifespan_context(api):
        assert queue.is_initialized

    assert queue.is_closed


@Frameworks
async def test_a_worker_inside_runs_what_a_request_enqueued(queue: Soniq, framework: Any) -> None:
    queue.job(name="hello")(lambda: "done inside")

    async def enqueue(_request: Any) -> JSONResponse:
        return JSONResponse(await queue.enqueue("hello"))

    api = framework(routes=[Route("/", enqueue, methods=["POST"])], lifespan=starlette.lifespan(queue, run_worker=True))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://shop")
    async with api.router.lifespan_context(api), client:
        job_id = (await client.post("/")).json()

        assert await ended(queue, job_id) == "done"


async def test_without_a_worker_the_job_waits_for_another_process(queue: Soniq, other: Any) -> None:
    queue.job(name="hello")(lambda: None)

    async with starlette.lifespan(queue)(None):
        await queue.enqueue("hello")
        assert await other.fetchval("select count(*) from soniq.workers") == 0

    assert await other.fetchval("select count(*) from soniq.jobs") == 1


async def test_the_worker_inside_serves_the_queues_that_it_was_given(queue: Soniq) -> None:
    queue.job(name="hello")(lambda: None)

    async with starlette.lifespan(queue, run_worker=True, concurrency=1, queues=["mail"])(None):
        others = await queue.enqueue("hello", queue="reports")
        mine = await queue.enqueue("hello", queue="mail")

        assert await ended(queue, mine) == "done"
        waiting = await queue.get_job(others)

    assert waiting is not None
    assert waiting.status == "queued"


async def test_a_job_that_runs_when_the_server_stops_is_finished_before_the_app_closes(
    queue: Soniq, other: Any
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @queue.job(name="slow")
    async def slow() -> bool:
        begun.set()
        await go_on.wait()
        return queue.is_closed

    async with starlette.lifespan(queue, run_worker=True)(None):
        await queue.enqueue("slow")
        await asyncio.wait_for(begun.wait(), 10)
        asyncio.get_running_loop().call_later(0.05, go_on.set)

    history = await other.fetch("select state, result::text from soniq.job_history")
    assert [tuple(row) for row in history] == [("done", "false")]


async def test_a_lifespan_of_ones_own_is_nested_inside(queue: Soniq) -> None:
    seen = []

    @asynccontextmanager
    async def extra(application: str) -> AsyncIterator[dict[str, str]]:
        seen.append(queue.is_initialized)
        yield {"shop": application}
        seen.append(not queue.is_closed)

    async with starlette.lifespan(queue, extra=extra)("the application") as state:
        assert state == {"shop": "the application"}

    assert seen == [True, True]
    assert queue.is_closed


async def test_a_lifespan_of_ones_own_that_fails_stops_the_start_and_closes_the_app(queue: Soniq, other: Any) -> None:
    @asynccontextmanager
    async def extra(application: str | None) -> AsyncIterator[None]:
        if application is None:
            raise OSError("no room")
        yield

    with pytest.raises(OSError, match="no room"):
        await starlette.lifespan(queue, run_worker=True, extra=extra)(None).__aenter__()

    assert queue.is_closed
    assert await other.fetchval("select count(*) from soniq.workers") == 0


async def test_a_server_without_the_schema_does_not_start(database_url: str) -> None:
    queue = Soniq(database_url)

    with pytest.raises(SchemaMissing):
        await starlette.lifespan(queue)(None).__aenter__()

    assert queue.is_closed


async def test_a_worker_that_could_run_nothing_is_refused_at_the_start(queue: Soniq) -> None:
    with pytest.raises(OptionInvalid, match="concurrency"):
        await starlette.lifespan(queue, run_worker=True, concurrency=0)(None).__aenter__()

    assert queue.is_closed


def test_both_names_are_the_same_lifespan_and_load_no_framework() -> None:
    program = "import sys, soniq.integrations.fastapi; print({'fastapi', 'starlette'} & set(sys.modules))"

    assert fastapi.lifespan is starlette.lifespan
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"
