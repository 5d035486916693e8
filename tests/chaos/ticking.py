"""A worker, or a scheduler alone, with a clock that ticks each second: `python ticking.py URL worker|scheduler`."""

import asyncio
import sys

from soniq import Soniq, every

url, role = sys.argv[1:]
app = Soniq(url)


@app.periodic(every(1).seconds(), name="tick", missed="catch_up", retries=0)
async def tick() -> None:
    """Do nothing; the row says that it ran."""


asyncio.run(app.run_worker() if role == "worker" else app.scheduler.run())
