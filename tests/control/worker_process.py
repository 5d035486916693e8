"""A worker in a process of its own: `python worker_process.py URL`."""

import asyncio
import sys

from soniq import JobContext, Soniq

app = Soniq(sys.argv[1])


@app.job(name="endless", retries=3)
async def endless(ctx: JobContext) -> None:
    """Run until cancelled."""
    await ctx.progress(0.4, "resizing")
    await asyncio.Event().wait()


@app.job(name="quick")
async def quick() -> str:
    """End at once."""
    return "done"


asyncio.run(app.run_worker())
