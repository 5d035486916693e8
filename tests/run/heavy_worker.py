"""A worker in a process of its own, to be killed."""

import asyncio

from soniq import Soniq
from tests.run import heavy


def work(url: str, name: str) -> None:
    """Run one of the heavy handlers, in its process."""
    app = Soniq(url)
    app.job(name=name, process=True)(getattr(heavy, name))
    asyncio.run(app.run_worker())
