"""How far a job has come is seen from outside while it runs, and costs no lock and few writes."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from soniq import Job, JobContext, Soniq
from soniq.errors import OptionInvalid

HAND_MADE = JobContext("7", "t", 1, 1, "default", "w", None, datetime.now(UTC))
ROWS = "select count(*) from soniq.job_progress"


async def shown(app: Soniq, other: Any, job_id: str, share: float) -> Job:
    """Wait until so much is shown."""
    async with asyncio.timeout(10):
        while (job := await app.get_job(job_id)) is None or job.progress != share:
            await other.execute("select pg_sleep(0.005)")
    return job


async def gone(other: Any) -> None:
    """Wait until no progress is left."""
    async with asyncio.timeout(10):
        while await other.fetchval(ROWS):
            await other.execute("select pg_sleep(0.005)")


async def test_the_last_report_is_shown_while_the_job_runs_and_goes_with_it(app: Soniq, other: Any) -> None:
    finish = asyncio.Event()

    @app.job(name="resize")
    async def resize(ctx: JobContext) -> None:
        for step in range(1000):
            await ctx.progress(step / 1000, f"page {step}")
        await ctx.progress(0.7 + 0.2 + 0.1000000001, "pages \x00 done")
        await finish.wait()

    async with app.worker():
        job_id = await app.enqueue(resize)
        job = await shown(app, other, job_id, 1.0)
        finish.set()
        ended = await app.wait(job_id, timeout=10)
        await gone(other)

    assert job.progress_note == "pages \\x00 done"
    assert (ended.progress, ended.progress_note) == (None, None)


async def test_a_plain_function_reports_from_its_thread(app: Soniq, other: Any) -> None:
    finish = threading.Event()

    @app.job(name="resize")
    def resize(ctx: JobContext) -> None:
        ctx.progress(0.5)
        finish.wait(10)

    async with app.worker():
        job_id = await app.enqueue(resize)
        job = await shown(app, other, job_id, 0.5)
        finish.set()

    assert job.progress_note is None
    await gone(other)


async def test_many_reports_are_few_writes(app: Soniq, other: Any) -> None:
    await other.execute("""
        create table writes (at timestamptz default clock_timestamp());
        create function note() returns trigger language plpgsql as $$ begin insert into writes default values;
            return null; end $$;
        create trigger note after insert on soniq.job_progress for each statement execute function note();
    """)

    @app.job(name="resize")
    async def resize(ctx: JobContext) -> None:
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < began + 0.6:
            await ctx.progress(0.5)

    async with app.worker():
        await app.wait(await app.enqueue(resize), timeout=10)

    assert 1 <= await other.fetchval("select count(*) from writes") <= 4


async def test_what_the_attempt_before_said_is_not_shown(app: Soniq, other: Any) -> None:
    said, second = asyncio.Event(), asyncio.Event()

    @app.job(name="resize", retry_delay=0)
    async def resize(ctx: JobContext) -> None:
        if ctx.attempt == 1:
            await ctx.progress(0.9)
            await said.wait()
            raise ValueError("no")
        await second.wait()

    async with app.worker():
        job_id = await app.enqueue(resize)
        await shown(app, other, job_id, 0.9)
        said.set()
        async with asyncio.timeout(10):
            while (job := await app.get_job(job_id)) is None or (job.status, job.attempts) != ("processing", 2):
                await other.execute("select pg_sleep(0.005)")
        assert job.progress is None
        await gone(other)
        second.set()


async def test_no_report_waits_for_a_connection_of_the_pool(migrated_url: str, other: Any) -> None:
    async with Soniq(migrated_url, pool_max_size=2) as app:

        @app.job(name="greedy")
        async def greedy(ctx: JobContext) -> None:
            async with app.transaction(), app.transaction():
                for _ in range(100):
                    await ctx.progress(0.5)

        await app.enqueue(greedy)
        async with asyncio.timeout(20):
            assert await app.run_worker(run_once=True) == 1


async def test_the_progress_of_a_dead_workers_job_is_removed(app: Soniq, other: Any) -> None:
    await other.execute("insert into soniq.job_progress values (gen_random_uuid(), gen_random_uuid(), 0.5)")

    async with app.worker():
        await gone(other)


async def test_a_report_that_could_not_be_written_is_written_later(
    app: Soniq, other: Any, caplog: pytest.LogCaptureFixture
) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()
    await other.execute("""
        create table open_now ();
        create function refuse() returns trigger language plpgsql as $$ begin
            if not exists (select from open_now) then raise 'not now'; end if;
            return new;
        end $$;
        create trigger refuse before insert on soniq.job_progress for each row execute function refuse();
    """)

    @app.job(name="resize")
    async def resize(ctx: JobContext) -> None:
        await ctx.progress(0.5)
        begun.set()
        await finish.wait()

    async with app.worker():
        job_id = await app.enqueue(resize)
        await begun.wait()
        async with asyncio.timeout(10):
            while "worker part failed: 'progress'" not in caplog.text:
                await other.execute("select pg_sleep(0.005)")
        await other.execute("insert into open_now default values")
        await shown(app, other, job_id, 0.5)
        finish.set()


@pytest.mark.parametrize(("share", "note"), [(1.1, None), (-1, None), (float("nan"), None), (True, None), (0.5, 7)])
def test_what_is_no_share_is_refused(share: Any, note: Any) -> None:
    with pytest.raises(OptionInvalid):
        HAND_MADE.progress(share, note)


async def test_a_context_made_by_hand_reports_to_nobody_and_is_not_cancelled() -> None:
    await HAND_MADE.progress(0.5, "half")

    assert not HAND_MADE.cancelled
