"""Whoever is stopped while the job is on its way: it commits with the transaction, or it never was."""

import asyncio

import pytest

from soniq.errors import SoniqError
from tests.adapters.interrupt import blocked_enqueue
from tests.adapters.places import Place
from tests.adapters.shapes.shape import Shape


async def work(shape: Shape) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "a")
        await shape.enqueue(held, "a")


async def test_a_task_cancelled_while_the_enqueue_waits_leaves_nothing(shape: Shape, queue: Place) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.create_task(work(shape))

    def cancel(backend: int) -> None:
        if shape.sync:  # no task to cancel there: the statement is
            queue.admin.execute("select pg_cancel_backend(%s)", [backend])
        else:
            loop.call_soon_threadsafe(task.cancel)

    with blocked_enqueue(queue, cancel), pytest.raises((asyncio.CancelledError, shape.error)):
        await task

    queue.wait_until_quiet()
    assert queue.seen() == ([], [])


async def test_a_connection_lost_under_the_enqueue_is_said_by_the_library(shape: Shape, queue: Place) -> None:
    def cut(backend: int) -> None:
        queue.admin.execute("select pg_terminate_backend(%s)", [backend])

    with blocked_enqueue(queue, cut), pytest.raises(shape.lost) as lost:
        await work(shape)

    assert not isinstance(lost.value, SoniqError)
    queue.wait_until_quiet()
    assert queue.seen() == ([], [])
