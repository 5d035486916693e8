"""How long a job waits for an idle worker, against a bare loop that LISTENs and claims."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import asyncpg

from bench.drain import CLAIM
from bench.figure import Figure
from bench.ratio import Ratio
from soniq import Soniq
from soniq.identity import new_id

JOBS = 200
ROUNDS = 3
IDLE_SECONDS = 0.02
Insert = Callable[[Any], Awaitable[object]]

ROW = """
insert into soniq.jobs (id, task, args, queue, priority, max_attempts, state, run_at)
values ($1, 'bench.bare', '{}', 'default', 100, 4, 'ready', now())
"""


class Started:
    """When the job of this moment began."""

    def expect(self) -> "asyncio.Future[float]":
        """Await the next one."""
        self._at: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        return self._at

    def now(self) -> None:
        """It begins."""
        self._at.set_result(perf_counter())


async def measure_pickup(url: str) -> list[Ratio | Figure]:
    """Time from the COMMIT of a job, as its caller sees it, until its handler begins."""
    bare, ours = list[float](), list[float]()
    for _ in range(ROUNDS):
        bare += await _bare_milliseconds(url)
        ours += await _our_milliseconds(url)
    p50, floor = median(ours), median(bare)
    ratio = floor / p50
    name = "pick-up by an idle worker, p50, against LISTEN"
    return [
        Ratio(name, 1000 / floor, 1000 / p50, ratio, ratio, ratio, promise=1 / 1.5),
        Figure("pick-up by an idle worker, p99 in ms", _p99(bare), _p99(ours), promise=10),
    ]


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[-1]


async def _bare_milliseconds(url: str) -> list[float]:
    async with AsyncExitStack() as held:
        claiming = await _connected(url, held)
        listening = await _connected(url, held)
        heard = asyncio.Event()
        started = Started()
        await listening.add_listener("bench", lambda *_: heard.set())

        async def loop() -> None:
            while True:
                await heard.wait()
                heard.clear()
                if await claiming.fetch(CLAIM, new_id(), 1):
                    started.now()
                    await claiming.execute("delete from soniq.jobs")

        async def insert(connection: Any) -> None:
            await connection.execute(ROW, new_id())
            await connection.execute("notify bench")

        task = asyncio.create_task(loop())
        held.callback(task.cancel)
        return await _sample(await _connected(url, held), insert, started)


async def _our_milliseconds(url: str) -> list[float]:
    async with Soniq(url) as app, AsyncExitStack() as held:
        started = Started()

        @app.job(name="bench.begin")
        async def begin() -> None:
            started.now()

        async def insert(connection: Any) -> None:
            await app.enqueue(begin, connection=connection)

        await held.enter_async_context(app.worker(concurrency=10))
        return await _sample(await _connected(url, held), insert, started)


async def _connected(url: str, held: AsyncExitStack) -> Any:
    connection = await asyncpg.connect(url)
    held.push_async_callback(connection.close)
    return connection


async def _sample(connection: Any, insert: Insert, started: Started) -> list[float]:
    times = list[float]()
    for _ in range(JOBS):
        await asyncio.sleep(IDLE_SECONDS)
        begins = started.expect()
        transaction = connection.transaction()
        await transaction.start()
        await insert(connection)
        await transaction.commit()
        committed = perf_counter()
        times.append(1000 * (await asyncio.wait_for(begins, 10) - committed))
    return times
