"""What a handler does through its context: enqueue what comes next, log, end its job from a thread."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from soniq import JobContext, Soniq, task_ref
from soniq.errors import ContextUnusable
from tests.worker.running import run

NEXT = task_ref(name="next")
WAITING = "select coalesce(array_agg(args->>'number' order by id), '{}') from soniq.jobs where task = 'next'"


async def test_what_is_enqueued_in_the_block_commits_with_it(app: Soniq, other: Any) -> None:
    async def work(ctx: JobContext) -> None:
        async with ctx.transaction():
            await ctx.enqueue(NEXT, number=1)
            await ctx.enqueue_many(NEXT, [{"number": 2}, {"number": 3}])
            await ctx.schedule(NEXT, timedelta(hours=1), number=4)
            assert await other.fetchval(WAITING) == []

    assert (await run(app, work)).status == "done"
    assert await other.fetchval(WAITING) == ["1", "2", "3", "4"]


async def test_what_is_enqueued_in_a_block_that_fails_never_was(app: Soniq, other: Any) -> None:
    async def work(ctx: JobContext) -> None:
        async with ctx.transaction():
            await ctx.enqueue(NEXT, number=1)
            raise ValueError

    assert (await run(app, work)).status == "dead_letter"
    assert await other.fetchval(WAITING) == []


async def test_a_stale_attempt_enqueues_nothing(app: Soniq, other: Any) -> None:
    async def work(ctx: JobContext) -> None:
        async with ctx.transaction():
            await ctx.enqueue(NEXT, number=1)
            await other.execute("update soniq.jobs set state = 'later', run_at = 'infinity', token = null")

    assert (await run(app, work)).status == "queued"
    assert await other.fetchval(WAITING) == []


async def test_outside_of_the_block_it_commits_alone(app: Soniq, other: Any) -> None:
    async def work(ctx: JobContext) -> None:
        await ctx.enqueue(NEXT, number=1)
        assert await other.fetchval(WAITING) == ["1"]
        async with ctx.transaction():
            pass
        await ctx.enqueue(NEXT, number=2)

    await run(app, work)
    assert await other.fetchval(WAITING) == ["1", "2"]


async def test_a_connection_that_is_named_wins(app: Soniq, other: Any) -> None:
    async def work(ctx: JobContext) -> None:
        async with ctx.transaction():
            async with other.transaction():
                await ctx.enqueue(NEXT, connection=other, number=1)
            raise ValueError

    await run(app, work)
    assert await other.fetchval(WAITING) == ["1"]


async def test_a_plain_function_ends_its_job_on_a_connection_of_its_own(app: Soniq) -> None:
    url = app.settings.database_url or ""

    def work(ctx: JobContext) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("create table effects ()")
            ctx.complete_sync(connection=connection, result=["made"])

    job = await run(app, work)

    assert (job.status, job.result) == ("done", ["made"])


async def test_a_thread_that_outlived_its_attempt_cannot_end_the_job(app: Soniq) -> None:
    timed_out, refused = asyncio.Event(), asyncio.Event()
    loop, url = asyncio.get_running_loop(), app.settings.database_url or ""

    def work(ctx: JobContext) -> None:
        asyncio.run_coroutine_threadsafe(timed_out.wait(), loop).result(10)
        with psycopg.connect(url) as connection, pytest.raises(ContextUnusable, match="has ended"):
            ctx.complete_sync(connection=connection)
        loop.call_soon_threadsafe(refused.set)

    job = await run(app, work, timeout=0.05)
    timed_out.set()
    async with asyncio.timeout(10):
        await refused.wait()

    assert job.dead_letter_reason == "timeout"


async def test_a_plain_function_is_told_that_the_block_needs_the_loop(app: Soniq) -> None:
    def work(ctx: JobContext) -> None:
        ctx.transaction()

    job = await run(app, work)

    assert (job.last_error or "").startswith("ContextUnusable: [SONIQ_CONTEXT_UNUSABLE] ctx.transaction() needs")
    assert "complete_sync" in (job.last_error or "")


async def test_a_result_is_kept_in_the_block_only(app: Soniq) -> None:
    async def work(ctx: JobContext) -> None:
        with pytest.raises(ContextUnusable, match="that could store a result"):
            ctx.set_result(1)

    assert (await run(app, work)).status == "done"


async def test_what_the_handler_logs_names_its_job(app: Soniq, caplog: pytest.LogCaptureFixture) -> None:
    async def work(ctx: JobContext) -> None:
        ctx.logger.warning("%s of 100%% sent", 7, extra={"order": 5})

    job = await run(app, work)

    [record] = caplog.records
    assert record.message == f"job {job.id} of task work, attempt 1 of 1: 7 of 100% sent"
    facts = {"job_id": job.id, "task": "work", "queue": "work", "attempt": 1, "max_attempts": 1, "order": 5}
    assert {name: record.__dict__[name] for name in facts} == facts
    assert (record.name, record.levelno, record.funcName) == ("soniq.job", logging.WARNING, "work")


async def test_a_context_made_by_hand_says_that_it_belongs_to_no_attempt() -> None:
    at = datetime.now(UTC)
    ctx = JobContext("id", "work", 1, 1, "default", "worker", None, at)

    assert ctx.enqueued_at == at
    with pytest.raises(ContextUnusable, match="no worker made this JobContext"):
        ctx.transaction()
    with pytest.raises(ContextUnusable, match="no worker made this JobContext"):
        await ctx.enqueue(NEXT)
