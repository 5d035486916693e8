"""A schedule is added, paused, resumed and removed in your transaction: every asynchronous shape, the same cases."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from soniq.errors import NotInTransaction, WrongDatabase
from tests.adapters.places import Place, Places
from tests.adapters.shapes import SHAPES, opened
from tests.adapters.shapes.shape import TASK, Shape, rolled_back

ASYNC = [name for name, shape in SHAPES.items() if not shape.sync]


@pytest.fixture(params=ASYNC)
def shape_name(request: pytest.FixtureRequest) -> str:
    """Name each asynchronous shape in turn."""
    return str(request.param)


def schedules(queue: Place) -> list[tuple[str, str]]:
    return queue.admin.execute("select name, status from soniq.schedules order by name").fetchall()


async def add(shape: Shape, held: Any, name: str) -> str:
    return await shape.app.scheduler.add(
        TASK, cron="0 9 * * *", tz="Europe/Berlin", args={"reference": "ü"}, name=name, connection=held
    )


async def test_a_commit_keeps_the_schedule_and_a_rollback_takes_it(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "a")
        assert await add(shape, held, "kept") == "kept"
        assert schedules(queue) == []
    async with rolled_back(shape.transaction()) as held:
        await add(shape, held, "gone")

    assert schedules(queue) == [("kept", "active")]


async def test_a_change_goes_with_the_transaction(shape: Shape, queue: Place) -> None:
    scheduler = shape.app.scheduler
    for name in ("one", "two", "three"):
        await add(shape, None, name)

    async with rolled_back(shape.transaction()) as held:
        await change_all(scheduler.pause, scheduler.remove, held)
    assert schedules(queue) == [("one", "active"), ("three", "active"), ("two", "active")]

    async with shape.transaction() as held:
        await change_all(scheduler.pause, scheduler.remove, held)
        assert await scheduler.pause("three", connection=held)
        assert await scheduler.resume("three", connection=held)
        assert not await scheduler.resume("four", connection=held)
    assert schedules(queue) == [("one", "paused"), ("three", "active")]


async def change_all(pause: Callable[..., Awaitable[bool]], remove: Callable[..., Awaitable[bool]], held: Any) -> None:
    assert await pause("one", connection=held)
    assert await remove("two", connection=held)


async def test_outside_a_transaction_nothing_is_written(shape: Shape, queue: Place) -> None:
    await add(shape, None, "one")

    async with shape.alone() as held:
        for call in (add(shape, held, "two"), shape.app.scheduler.remove("one", connection=held)):
            with pytest.raises(NotInTransaction):
                await call

    assert schedules(queue) == [("one", "active")]


@pytest.fixture
async def elsewhere(shape_name: str, places: Places) -> AsyncIterator[Shape]:
    """Open each shape in turn on another installation than the app's."""
    async with opened(shape_name, places.queue.url, places.other.url) as shape:
        yield shape


async def test_another_installation_is_refused(elsewhere: Shape, places: Places) -> None:
    scheduler = elsewhere.app.scheduler

    async with elsewhere.transaction() as held:
        for call in (add(elsewhere, held, "one"), scheduler.pause("one", connection=held)):
            with pytest.raises(WrongDatabase):
                await call

    assert schedules(places.other) == []
