"""A unique job joins the transaction, and its losers wait for it: every shape, the same cases."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from soniq import JobId
from soniq.errors import UniqueConflict
from tests.adapters.places import Place
from tests.adapters.poll import wait_until
from tests.adapters.shapes.shape import Shape, rolled_back


@contextmanager
def rival(shape: Shape, queue: Place, commits: bool) -> Iterator[JobId]:
    """Enqueue the same job in somebody else's transaction, which ends when somebody waits for it."""
    with psycopg.connect(queue.url) as connection, psycopg.connect(queue.admin_url, autocommit=True) as looker:
        first = shape.app.enqueue_sync("send_invoice", connection=connection, unique=True, reference="a")

        def end() -> None:
            try:
                wait_until(lambda: bool(queue.blocked(looker)))
            finally:
                connection.commit() if commits else connection.rollback()

        thread = threading.Thread(target=end)
        thread.start()
        yield first
        thread.join()


async def unique(shape: Shape, held: Any, **options: Any) -> JobId:
    """Enqueue the job of an order, if it is not there."""
    return await shape.enqueue(held, "a", unique=True, **options)


async def test_a_unique_job_is_found_by_its_own_and_by_later_transactions_until_it_is_rolled_back(
    shape: Shape, queue: Place
) -> None:
    async with rolled_back(shape.transaction()) as held:
        await unique(shape, held)
    async with shape.transaction() as held:
        await shape.execute(held, "savepoint here")
        gone = await unique(shape, held)
        await shape.execute(held, "rollback to savepoint here")
        first = await unique(shape, held)
        again = await unique(shape, held)
        assert queue.jobs() == []
    async with shape.transaction() as held:
        later = await unique(shape, held, scheduled_at=60, concurrency_key="k")

    assert (gone.duplicate, first.duplicate, again.duplicate, later.duplicate) == (False, False, True, True)
    assert (first == again == later, gone == first) == (True, False)
    assert queue.jobs() == ["a"]


@pytest.mark.parametrize("commits", [True, False], ids=["committed", "rolled-back"])
async def test_who_comes_second_waits_for_the_first_one_s_transaction(
    shape: Shape, queue: Place, commits: bool
) -> None:
    with rival(shape, queue, commits) as first:
        async with shape.transaction() as held:
            second = await unique(shape, held)

    assert (second == first, second.duplicate) == (commits, commits)
    assert queue.jobs() == ["a"]


async def begun_too_early(shape: Shape, queue: Place) -> None:
    """Take a snapshot, have somebody else commit the job, and enqueue it."""
    async with shape.transaction() as held:
        await shape.execute(held, "set transaction isolation level repeatable read")
        await shape.execute(held, "select 1 from public.orders")
        with psycopg.connect(queue.url) as other:
            shape.app.enqueue_sync("send_invoice", connection=other, unique=True, reference="a")
        await unique(shape, held)


async def test_under_repeatable_read_what_came_after_the_snapshot_is_a_stated_error(shape: Shape, queue: Place) -> None:
    with pytest.raises(UniqueConflict) as refused:
        await begun_too_early(shape, queue)

    assert refused.value.code == "SONIQ_UNIQUE_CONFLICT"
    assert refused.value.context["sqlstate"] == "40001"
    assert queue.jobs() == ["a"]
