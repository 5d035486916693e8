"""Enqueues without a transaction share statements, and none of them pays for another (rule 8)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
import pytest

from soniq import Soniq
from soniq.enqueue.send import is_data_error, send
from soniq.enqueue.share import Sharer
from soniq.identity import new_id_text
from soniq.job import NewJob
from soniq.pool import ConnectionPool, Lent


def new_job(args: str = "{}") -> NewJob:
    return NewJob(new_id_text(), "hello", args, "default", 100, 1)


class Gate:
    """Writes through the app's pool, holding the first statement back until it is opened."""

    def __init__(self, app: Soniq) -> None:
        self.app, self.opened, self.batches = app, asyncio.Event(), list[int]()

    async def write(self, jobs: Sequence[NewJob]) -> None:
        self.batches.append(len(jobs))
        await self.opened.wait()
        pool = await self.app.opened()
        await send(pool, self.app.known_place(), jobs)


@pytest.fixture
def gate(app: Soniq) -> Gate:
    return Gate(app)


async def test_what_arrives_while_a_statement_is_on_its_way_goes_together_with_the_next(gate: Gate) -> None:
    sharer = Sharer(gate.write, is_data_error)
    callers = [asyncio.create_task(sharer.add(new_job()))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    callers += [asyncio.create_task(sharer.add(new_job())) for _ in range(63)]
    await asyncio.sleep(0)

    gate.opened.set()
    await asyncio.gather(*callers)

    assert gate.batches == [1, 63]
    assert (await gate.app.get_queue_stats()).queued == 64


async def test_a_job_that_postgres_refuses_does_not_take_its_neighbours_along(gate: Gate) -> None:
    gate.opened.set()
    sharer = Sharer(gate.write, is_data_error)
    jobs = [new_job(), new_job("not json"), new_job()]

    answers = await asyncio.gather(*(sharer.add(job) for job in jobs), return_exceptions=True)

    assert [type(answer) for answer in answers] == [type(None), asyncpg.InvalidTextRepresentationError, type(None)]
    assert (await gate.app.get_queue_stats()).queued == 2


async def test_cancelling_a_caller_does_not_cancel_the_statement(gate: Gate) -> None:
    sharer = Sharer(gate.write, is_data_error)
    first, second = (asyncio.create_task(sharer.add(new_job())) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    gate.opened.set()

    with pytest.raises(asyncio.CancelledError):
        await first
    await second
    await sharer.close()

    assert (await gate.app.get_queue_stats()).queued == 2


async def test_sending_again_after_a_lost_answer_writes_each_job_once(app: Soniq) -> None:
    pool = await app.opened()
    place, jobs = app.known_place(), [new_job() for _ in range(3)]

    await send(cast(ConnectionPool, AnswerLostOnce(pool)), place, jobs)

    assert (await app.get_queue_stats()).queued == 3


class AnswerLostOnce:
    """A pool whose first connection is cut behind the commit, before its answer is read."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._lost = False

    @asynccontextmanager
    async def inner(self) -> AsyncIterator[Lent]:
        async with self._pool.inner() as connection:
            yield connection
        if not self._lost:
            self._lost = True
            raise ConnectionResetError


async def test_an_enqueue_survives_a_connection_that_is_cut(app: Soniq, other: Any) -> None:
    app.job(name="hello")(_hello)
    await app.enqueue("hello")

    await other.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    await app.enqueue("hello")

    assert (await app.get_queue_stats()).queued == 2


async def _hello() -> None: ...
