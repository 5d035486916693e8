"""A worker's own rate while another connection holds a snapshot, so that nothing can be cleaned up."""

from contextlib import AsyncExitStack

import asyncpg

from bench.ratio import Ratio, compare
from soniq import Soniq

CHURN = 30_000
JOBS = 10_000
CONCURRENCY = 50


async def measure_churn(url: str) -> list[Ratio]:
    """Compare a drain under a snapshot, taken before 30,000 other jobs came and went, with the same drain without."""
    async with Soniq(url) as app, AsyncExitStack() as held:
        bare, other = await asyncpg.connect(url), await asyncpg.connect(url)
        held.push_async_callback(bare.close)
        held.push_async_callback(other.close)

        @app.job(name="bench.nothing", timeout=300)
        async def nothing(number: int) -> None: ...

        async def fill(jobs: int) -> None:
            await app.enqueue_many(nothing, [{"number": number} for number in range(jobs)])

        async def drain() -> None:
            await app.run_worker(concurrency=CONCURRENCY, run_once=True)

        async def calm() -> None:
            if other.is_in_transaction():
                await other.execute("rollback")
            await bare.execute("truncate soniq.jobs, soniq.job_history")
            await fill(JOBS)
            await bare.execute("vacuum analyze soniq.jobs")

        async def churned() -> None:
            await bare.execute("truncate soniq.jobs, soniq.job_history")
            await other.execute("begin isolation level repeatable read; select count(*) from soniq.meta")
            await fill(CHURN)
            await drain()
            await fill(JOBS)
            await bare.execute("vacuum analyze soniq.jobs")

        name = f"drain under a snapshot after {CHURN:,} jobs, against none"
        starts = {"before": calm, "before_ours": churned}
        return [await compare(name, JOBS, drain, drain, promise=0.9, rounds=3, **starts)]
