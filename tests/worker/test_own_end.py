"""A job that its handler's transaction ended is ended for everybody: hooks, keys, waiters, results."""

import asyncio
from typing import Any

import pytest

from soniq import JobContext, Soniq, task_ref
from soniq.errors import UnjoinedWarning
from soniq.sql import CHANNEL
from soniq.watch import wait
from tests.worker.running import run


async def test_the_hooks_hear_what_became_of_the_job_not_what_came_after(app: Soniq) -> None:
    heard: list[str] = []

    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction():
            pass
        raise ValueError("too late")

    app.after_job(lambda **facts: heard.append("done"))
    app.on_error(lambda **facts: heard.append("failed"))
    await run(app, handler)

    assert heard == ["done"]


async def test_who_sleeps_on_the_next_job_of_its_key_is_woken(app: Soniq, other: Any) -> None:
    begun, may_end, woken = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @app.job(name="first", queue="a", concurrency_key="k", concurrency=1)
    async def first(ctx: JobContext) -> None:
        async with ctx.transaction():
            begun.set()
            await may_end.wait()

    async with app.worker(queues=["a"]), asyncio.timeout(20):
        await app.enqueue(first)
        await begun.wait()
        await app.enqueue(task_ref(name="second", default_queue="b"), concurrency_key="k", concurrency=1)
        await other.execute("insert into soniq.sleepers values (gen_random_uuid(), array['b'])")
        await other.add_listener(CHANNEL, lambda *_: woken.set())
        may_end.set()
        await woken.wait()


async def test_who_waits_for_the_job_is_told_by_its_commit(
    app: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wait, "POLL_SECONDS", 60)
    monkeypatch.setattr(wait, "SECOND_LOOK_SECONDS", 60)

    @app.job(name="work")
    async def work(ctx: JobContext) -> None:
        async with ctx.transaction():
            ctx.set_result("told")

    waiting = asyncio.create_task(app.wait(await app.enqueue(work), timeout=20))
    async with asyncio.timeout(10):
        while not await other.fetchval("select count(*) from soniq.waiters"):
            await other.execute("select pg_sleep(0.005)")
    await app.run_worker(run_once=True)

    assert (await waiting).result == "told"


@pytest.mark.parametrize(("seconds", "kept"), [(None, (True, 300)), (60, (True, 60)), (0, (False, None))])
async def test_its_result_is_kept_for_as_long_as_the_task_says(
    app: Soniq, other: Any, seconds: int | None, kept: tuple[bool, int | None]
) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction():
            ctx.set_result("kept")

    await run(app, handler, **({} if seconds is None else {"result_ttl": seconds}))

    until = "extract(epoch from result_until - finished_at)::integer"
    assert tuple(await other.fetchrow(f"select result is not null, {until} from soniq.job_history")) == kept


async def test_an_enqueue_in_the_block_that_does_not_join_it_is_noticed(app: Soniq) -> None:
    async def handler(ctx: JobContext) -> None:
        async with ctx.transaction():
            with pytest.warns(UnjoinedWarning, match=r"ctx\.transaction"):
                await app.enqueue("work", queue="another")

    assert (await run(app, handler)).errors == ()
