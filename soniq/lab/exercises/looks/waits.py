"""Wait until somebody has ended, or cannot go on before another one does."""

import asyncio
from typing import Any, Final

from soniq.lab.shop.bookshop import Shop

# Held by one who waits for its client: whom we hold, not one who is only slower.
WAITING: Final = """
select
from pg_stat_activity as waiting
join pg_stat_activity as holding
  on holding.pid = any(pg_blocking_pids(waiting.pid))
where waiting.datname = current_database()
  and holding.wait_event = 'ClientRead'
"""
LOOK_S: Final = 0.01


async def ended_or_waiting(shop: Shop, other: "asyncio.Task[Any]") -> None:
    """Return when this task is done, or when Postgres lets it wait for a lock of somebody who is held."""
    connection = await shop.connect()
    while not other.done() and not await connection.fetch(WAITING):
        await asyncio.wait([other], timeout=LOOK_S)
