"""`ctx.transaction()`: the handler's writes and the job's end are one commit, or neither is (P6, rule 4)."""

import asyncio
import logging
from contextlib import nullcontext
from typing import Any

import pytest

from soniq import JobContext, Retry, Snooze, Soniq
from soniq.errors import AlreadyCompleted, ClaimLost, ContextUnusable
from soniq.run import deadline
from soniq.run.to_the_end import to_the_end
from tests.worker.running import run

WRITE = "insert into public.effects (attempt) values ($1)"
WRITTEN = "select coalesce(array_agg(attempt order by attempt), '{}') from public.effects"
TAKE_AWAY = "update soniq.jobs set state = 'ready', token = gen_random_uuid()"


@pytest.fixture
async def effects(other: Any) -> Any:
    """Make a table of the user's; look at it from outside."""
    await other.execute("create table public.effects (attempt integer)")
    return other


async def test_the_end_of_the_block_commits_the_writes_and_the_job(app: Soniq, effects: Any) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
            ctx.set_result({"written": 1})
            assert await effects.fetchval(WRITTEN) == []
        assert await effects.fetchval(WRITTEN) == [1]
        assert await effects.fetchval("select count(*) from soniq.jobs") == 0

    job = await run(app, handler)

    assert (job.status, job.result, job.attempts, job.errors) == ("done", {"written": 1}, 1, ())


async def test_an_exception_in_the_block_rolls_back_and_is_the_attempts_failure(app: Soniq, effects: Any) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
            if ctx.attempt == 1:
                raise ValueError("no such order")

    job = await run(app, handler, retries=1)

    assert (job.status, [one.error for one in job.errors]) == ("done", ["ValueError: no such order"])
    assert await effects.fetchval(WRITTEN) == [2]


@pytest.mark.parametrize("said", [Snooze(3600), Retry(after=3600)], ids=["snooze", "retry"])
async def test_what_the_block_says_about_its_job_rolls_back_too(app: Soniq, effects: Any, said: Exception) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
            raise said

    job = await run(app, handler, retries=1)

    assert job.status == "queued"
    assert await effects.fetchval(WRITTEN) == []


async def test_a_stale_attempt_is_rolled_back_and_leaves_the_job_to_its_holder(
    app: Soniq, effects: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(ctx: JobContext) -> None:
        with pytest.raises(ClaimLost) if ctx.attempt == 1 else nullcontext():
            async with ctx.transaction() as connection:
                await connection.execute(WRITE, ctx.attempt)
                if ctx.attempt == 1:
                    await effects.execute(TAKE_AWAY)

    job = await run(app, handler, retries=1)

    assert (job.status, job.attempts, job.errors) == ("done", 2, ())
    assert await effects.fetchval(WRITTEN) == [2]
    assert [record.message for record in caplog.records] == [f"claim lost: job {job.id} of task work"]


@pytest.mark.parametrize("state", ["ready", "later", "rescued", "keyed"])
async def test_a_job_that_waits_again_is_not_ended_by_its_last_attempt(app: Soniq, effects: Any, state: str) -> None:
    async def handler(ctx: JobContext) -> None:
        async def write() -> None:
            async with ctx.transaction() as connection:
                await connection.execute(WRITE, ctx.attempt)
                await effects.execute("update soniq.jobs set state = $1, queue = 'elsewhere'", state)

        with pytest.raises(ClaimLost):
            await write()

    assert (await run(app, handler)).status == "queued"
    assert await effects.fetchval(WRITTEN) == []


async def test_no_lock_is_held_on_the_job_while_the_block_works(app: Soniq, effects: Any) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
            await effects.execute("select from soniq.jobs for update nowait")

    assert (await run(app, handler)).status == "done"


async def test_a_row_that_somebody_looks_at_is_waited_for(app: Soniq, effects: Any) -> None:
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"

    async def hold(held: asyncio.Event) -> None:
        async with effects.transaction():
            await effects.execute("select from soniq.jobs for update")
            held.set()
            while not await effects.fetchval(waiting):
                await effects.execute("select pg_sleep(0.01)")

    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction():
            held = asyncio.Event()
            holding = asyncio.create_task(hold(held))
            await held.wait()
        await holding

    assert (await run(app, handler)).errors == ()


@pytest.mark.parametrize("fails", [False, True], ids=["committed", "rolled back"])
async def test_a_second_transaction_is_refused(app: Soniq, effects: Any, fails: bool) -> None:
    async def handler(ctx: JobContext) -> None:
        with pytest.raises(ZeroDivisionError) if fails else nullcontext():
            async with ctx.transaction():
                assert not fails or 1 / 0
        with pytest.raises(AlreadyCompleted):
            async with ctx.transaction():
                raise AssertionError("it was lent")
        with pytest.raises(AlreadyCompleted):
            await ctx.complete(connection=effects)

    assert (await run(app, handler)).status == "done"


async def test_the_block_is_not_completed_by_hand(app: Soniq) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            with pytest.raises(AlreadyCompleted, match="its end completes the job"):
                await ctx.complete(connection=connection)

    assert (await run(app, handler)).status == "done"


async def test_what_comes_after_the_block_is_logged_and_changes_nothing(
    app: Soniq, effects: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
        raise ValueError("too late")

    job = await run(app, handler, retries=3)

    assert (job.status, job.attempts, job.errors) == ("done", 1, ())
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.message.endswith(f"job {job.id} of task work, attempt 1: ValueError: too late")


async def test_a_cancellation_in_the_block_rolls_back_and_cancels_the_job(app: Soniq, effects: Any) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
            await app.cancel_job(ctx.job_id)
            await asyncio.Event().wait()

    job = await run(app, handler)

    assert job.status == "cancelled"
    assert await effects.fetchval(WRITTEN) == []


async def test_a_time_out_in_the_block_rolls_back(app: Soniq, effects: Any) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
            await connection.execute("select pg_sleep(60)")

    job = await run(app, handler, timeout=0.2)

    assert (job.status, job.dead_letter_reason) == ("dead_letter", "timeout")
    assert await effects.fetchval(WRITTEN) == []


async def test_a_handler_that_was_given_up_in_the_block_cannot_commit(
    app: Soniq, effects: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "UNWILLING_SECONDS", 0.05)
    given_up, refused = asyncio.Event(), asyncio.Event()

    async def handler(ctx: JobContext) -> None:
        with pytest.raises(ContextUnusable, match="has ended"):  # noqa: PT012  # the block raises at its end
            async with ctx.transaction() as connection:
                await connection.execute(WRITE, ctx.attempt)
                await to_the_end(asyncio.ensure_future(given_up.wait()))
        refused.set()

    job = await run(app, handler, timeout=0.05)
    given_up.set()
    async with asyncio.timeout(10):
        await refused.wait()

    assert job.dead_letter_reason == "timeout"
    assert await effects.fetchval(WRITTEN) == []


async def test_a_shutdown_in_the_block_rolls_back_and_hands_the_job_back(app: Soniq, effects: Any) -> None:
    begun, stop = asyncio.Event(), asyncio.Event()

    @app.job(name="work")
    async def work(ctx: JobContext) -> None:
        async with ctx.transaction() as connection:
            await connection.execute(WRITE, ctx.attempt)
            begun.set()
            await asyncio.Event().wait()

    await app.enqueue(work)
    async with Soniq(app.settings.database_url, shutdown_timeout=0) as short:
        short.job(name="work")(work)
        working = asyncio.create_task(short.run_worker(shutdown_event=stop))
        await begun.wait()
        stop.set()
        await working

    assert tuple(await effects.fetchrow("select state, attempt from soniq.jobs")) == ("ready", 0)
    assert await effects.fetchval(WRITTEN) == []
