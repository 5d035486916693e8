"""A worker that drains no-op jobs against a bare asyncpg loop doing the same claims and settles."""

import asyncpg

from bench.ratio import Ratio, compare
from soniq import Soniq
from soniq.identity import new_id

JOBS = 20_000
BATCH = 100

CLAIM = """
with taken as (
    update soniq.jobs
    set state = 'processing', token = $1, worker_id = $1, attempt = attempt + 1, updated_at = now()
    where id = any(array(
        select id from soniq.jobs
        where state = 'ready' and queue = 'default'
        order by priority, run_at, id
        limit $2
        for update skip locked
    ))
    returning id, token, task, args::text as args, attempt
)
select * from taken
"""
SETTLE = """
with gone as (
    delete from soniq.jobs
    using unnest($1::uuid[], $2::uuid[]) as held (id, token)
    where jobs.id = held.id and jobs.token = held.token
    returning jobs.id, task, queue, priority, args, scheduled_at, created_at, attempt, max_attempts,
        jobs.token, worker_id, errors
)
insert into soniq.job_history (
    id, task, queue, priority, args, state, scheduled_at, created_at, attempt, max_attempts,
    token, worker_id, errors
)
select id, task, queue, priority, args, 'done', scheduled_at, created_at, attempt, max_attempts,
    token, worker_id, errors
from gone
"""


async def drain_bare(bare: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Claim a hundred and settle them, until nothing is left."""
    while rows := await bare.fetch(CLAIM, new_id(), BATCH):
        await bare.execute(SETTLE, [row["id"] for row in rows], [row["token"] for row in rows])


async def measure_drains(url: str) -> list[Ratio]:
    """Compare at both concurrencies."""
    return [await measure_drain(url, 10, promise=0.35), await measure_drain(url, 50, promise=0.5)]


async def measure_drain(url: str, concurrency: int, promise: float) -> Ratio:
    """Compare `run_worker(run_once=True)` at this concurrency with the bare loop, 20,000 jobs each."""
    async with Soniq(url) as app:
        bare = await asyncpg.connect(url)

        @app.job(name="bench.nothing", timeout=300)
        async def nothing(number: int) -> None: ...

        async def fill() -> None:
            await bare.execute("truncate soniq.jobs, soniq.job_history")
            await app.enqueue_many(nothing, [{"number": number} for number in range(JOBS)])
            await bare.execute("vacuum analyze soniq.jobs")

        async def floor() -> None:
            await drain_bare(bare)

        async def ours() -> None:
            ran = await app.run_worker(concurrency=concurrency, run_once=True)
            assert ran == JOBS, f"{ran} of {JOBS} jobs ran"

        try:
            return await compare(
                f"drain of {JOBS} no-op jobs, concurrency {concurrency}",
                JOBS,
                floor,
                ours,
                promise=promise,
                rounds=3,
                before=fill,
            )
        finally:
            await bare.close()
