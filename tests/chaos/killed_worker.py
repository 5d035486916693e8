"""A worker in a process of its own, to be killed: `python killed_worker.py URL CONCURRENCY`."""

import asyncio
import os
import signal
import sys

from soniq import JobContext, Soniq

url, concurrency = sys.argv[1:]
app = Soniq(url)


@app.job(name="block", retries=3, retry_delay=0)
async def block(ctx: JobContext) -> None:
    """Say who runs which attempt; the first one does not end by itself."""
    async with app.transaction() as connection:
        await connection.execute(
            "insert into runs (job_id, attempt, pid) values ($1::text::uuid, $2, $3)",
            ctx.job_id, ctx.attempt, os.getpid(),
        )  # fmt: skip
        runs = await connection.fetchval("select count(*) from runs where job_id = $1::text::uuid", ctx.job_id)
    if runs == 1:
        await asyncio.Event().wait()


@app.job(name="until_told", retries=3, retry_delay=0)
async def until_told(ctx: JobContext) -> None:
    """Work until somebody says that it is enough."""
    async with app.backend.acquire() as connection:
        await connection.execute("insert into runs (attempt, pid) values ($1, $2)", ctx.attempt, os.getpid())
        while not await connection.fetchval("select count(*) from told"):
            await connection.execute("select pg_sleep(0.02)")
        await connection.execute("insert into ended (pid) values ($1)", os.getpid())


@app.job(name="poison", retries=1, retry_delay=0)
async def poison() -> None:
    """Kill whoever runs it."""
    os.kill(os.getpid(), signal.SIGKILL)


@app.job(name="harmless", retries=0)
async def harmless(number: int) -> None:
    """Do nothing."""


asyncio.run(app.run_worker(concurrency=int(concurrency)))
