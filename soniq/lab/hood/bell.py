"""How many transactions a second commit, with a NOTIFY in each and without."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

import asyncpg

from soniq import Soniq
from soniq.lab.plots import Chart, Line, lines
from soniq.lab.servers import drop_database, find_postgres, fresh_database

TABLE: Final = "create table orders (number bigint generated always as identity primary key, customer text)"
TRANSACTION: Final = "begin; insert into orders (customer) values ('Ada'); select {bell}; commit"
# The same number of statements in each: what differs is the bell alone. Nobody sleeps, so Soniq's is not rung.
BELLS: Final = {
    "no NOTIFY": "true",
    "NOTIFY in each": "pg_notify('bell', '')",
    "Soniq: NOTIFY only where a worker sleeps": "soniq.wake('default')",
}


async def commit_rates(clients: Sequence[int] = (1, 4, 16), seconds: float = 0.5) -> Chart:
    """Measure how many small transactions commit, on a server that waits for its disk.

    Args:
        clients: How many commit at once, one measurement for each number.
        seconds: How long each measurement lasts.

    Raises:
        LabUnavailable: No way leads to a server.
    """
    server, name = await asyncio.to_thread(find_postgres, durable=True), f"bells_{uuid4().hex[:8]}"
    url = await asyncio.to_thread(fresh_database, server, name)
    try:
        rates = await _measure(url, clients, seconds)
    finally:
        await asyncio.to_thread(drop_database, server, name)
    return lines("Commits a second, by how many commit at once", "clients at once", "commits a second", rates)


async def _measure(url: str, clients: Sequence[int], seconds: float) -> list[Line]:
    async with Soniq(url) as app:
        await app.setup()
    connections = [await asyncpg.connect(url) for _ in range(max(clients))]
    try:
        await connections[0].execute(TABLE)
        return [
            Line(name, [(number, await _rate(connections[:number], bell, seconds)) for number in clients])
            for name, bell in BELLS.items()
        ]
    finally:
        for connection in connections:
            await connection.close()


async def _rate(connections: Sequence[Any], bell: str, seconds: float) -> float:
    transaction = TRANSACTION.format(bell=bell)
    began = time.perf_counter()

    async def commit(connection: Any) -> int:
        commits = 0
        while time.perf_counter() < began + seconds:
            await connection.execute(transaction)
            commits += 1
        return commits

    commits = await asyncio.gather(*map(commit, connections))
    return sum(commits) / (time.perf_counter() - began)
