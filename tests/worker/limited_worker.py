"""A worker in a process of its own whose jobs have limits: `python limited_worker.py URL CONCURRENCY`."""

import asyncio
import os
import sys

from soniq import JobContext, Soniq

url, concurrency = sys.argv[1:]
app = Soniq(url)


@app.job(name="shared", retries=0)
async def shared(ctx: JobContext, key: str, seconds: float = 0.0) -> None:
    """Say by the database's clock when it began and ended."""
    async with app.backend.acquire() as connection:
        await connection.execute(
            "insert into runs (job_id, key, pid) values ($1::text::uuid, $2, $3)", ctx.job_id, key, os.getpid()
        )
        await connection.execute("select pg_sleep($1)", seconds)
        await connection.execute("update runs set ended = clock_timestamp() where job_id = $1::text::uuid", ctx.job_id)


@app.job(name="hold")
async def hold(ctx: JobContext) -> None:
    """Say who holds it; the first run does not end by itself."""
    async with app.backend.acquire() as connection:
        await connection.execute("insert into runs (key, pid) values ('hold', $1)", os.getpid())
    if ctx.attempt == 1:
        await asyncio.Event().wait()


asyncio.run(app.run_worker(concurrency=int(concurrency)))
