"""A handler's writes and its job's end are one commit, in the transaction of every shape."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from soniq import Job, JobContext
from soniq.errors import AlreadyCompleted, ClaimLost, NotInTransaction, PermissionDenied
from tests.adapters.places import Place
from tests.adapters.shapes import opened
from tests.adapters.shapes.shape import Boom, Shape, rolled_back

TAKE_AWAY = "update soniq.jobs set state = 'ready', token = gen_random_uuid()"
Handler = Callable[[JobContext], Awaitable[Any]]


@pytest.fixture
async def shape(shape_name: str, queue: Place) -> AsyncIterator[Shape]:
    """Open each shape in turn as a role that may also run jobs."""
    queue.admin.execute("delete from soniq.job_history")
    queue.admin.execute("delete from soniq.dead_letter_jobs")
    async with opened(shape_name, queue.admin_url) as shape:
        yield shape


async def run(shape: Shape, handler: Handler, retries: int = 0) -> Job:
    """Run one job with this handler, and return what it is then."""

    async def work(ctx: JobContext) -> Any:
        return await handler(ctx)

    shape.app.job(name="work", retries=retries)(work)
    job_id = await shape.app.enqueue("work")
    await shape.app.run_worker(run_once=True)
    job = await shape.app.get_job(job_id)
    assert job is not None
    return job


async def test_the_commit_ends_the_job(shape: Shape, queue: Place) -> None:
    async def handler(ctx: JobContext) -> None:
        async with shape.transaction() as held:
            await shape.order(held, "a")
            await shape.complete(held, ctx, {"order": "a"})
            assert queue.admin.execute("select state from soniq.jobs").fetchall() == [("processing",)]
        assert queue.admin.execute("select state from soniq.jobs").fetchall() == []

    job = await run(shape, handler)

    assert (job.status, job.result, job.attempts, job.errors) == ("done", {"order": "a"}, 1, ())
    assert queue.orders() == ["a"]


async def test_what_is_raised_in_the_transaction_takes_the_end_with_it(shape: Shape, queue: Place) -> None:
    async def handler(ctx: JobContext) -> None:
        async with shape.transaction() as held:
            await shape.order(held, str(ctx.attempt))
            await shape.complete(held, ctx)
            if ctx.attempt == 1:
                raise Boom

    job = await run(shape, handler, retries=1)

    assert (job.status, job.attempts) == ("done", 2)
    assert [error.error for error in job.errors] == ["Boom"]
    assert queue.orders() == ["2"]


async def test_after_a_rollback_what_the_handler_returns_decides(shape: Shape, queue: Place) -> None:
    async def handler(ctx: JobContext) -> str:
        async with rolled_back(shape.transaction()) as held:
            await shape.order(held, "a")
            await shape.complete(held, ctx, "never stored")
        return "went on"

    job = await run(shape, handler)

    assert (job.status, job.result) == ("done", "went on")
    assert queue.orders() == []


async def test_what_the_handler_raises_after_the_commit_changes_nothing(shape: Shape, queue: Place) -> None:
    async def handler(ctx: JobContext) -> None:
        async with shape.transaction() as held:
            await shape.order(held, "a")
            await shape.complete(held, ctx, "stored")
        raise Boom

    job = await run(shape, handler, retries=3)

    assert (job.status, job.result, job.attempts, job.errors) == ("done", "stored", 1, ())


async def test_a_stale_attempt_commits_nothing_even_where_it_goes_on(shape: Shape, queue: Place) -> None:
    codes = []

    async def handler(ctx: JobContext) -> None:
        if ctx.attempt > 1:
            return
        async with shape.transaction() as held:
            await shape.order(held, "stale")
            queue.admin.execute(TAKE_AWAY)
            try:
                await shape.complete(held, ctx)
            except ClaimLost as lost:
                codes.append(lost.code)

    job = await run(shape, handler, retries=1)

    assert codes == ["SONIQ_CLAIM_LOST"]
    assert (job.status, job.attempts, job.errors) == ("done", 2, ())
    assert queue.orders() == []


async def test_a_second_end_is_refused(shape: Shape, queue: Place) -> None:
    async def handler(ctx: JobContext) -> None:
        async with shape.transaction() as held:
            await shape.order(held, "a")
            await shape.complete(held, ctx)
            with pytest.raises(AlreadyCompleted):
                await shape.complete(held, ctx)

    job = await run(shape, handler)

    assert job.status == "done"
    assert queue.orders() == ["a"]


async def test_it_is_refused_where_it_would_commit_alone_and_another_connection_may_be_tried(
    shape: Shape, queue: Place
) -> None:
    async def handler(ctx: JobContext) -> None:
        async with shape.alone() as held:
            with pytest.raises(NotInTransaction):
                await shape.complete(held, ctx)
        async with shape.transaction() as held:
            await shape.complete(held, ctx, "in a transaction")

    assert (await run(shape, handler)).result == "in a transaction"


async def test_a_role_that_only_enqueues_is_told_which_grant_is_missing(shape_name: str, queue: Place) -> None:
    async def handler(ctx: JobContext) -> None:
        async with opened(shape_name, queue.admin_url, queue.url) as lesser, lesser.transaction() as held:
            await lesser.order(held, "a")
            await lesser.complete(held, ctx)

    async with opened("asyncpg-pool", queue.admin_url) as shape:
        job = await run(shape, handler)

    assert job.last_error is not None
    assert job.last_error.startswith(f"PermissionDenied: [{PermissionDenied.code}]")
    assert "soniq setup --grant" in job.last_error
    assert queue.orders() == []
