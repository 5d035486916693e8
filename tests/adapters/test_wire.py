"""An enqueue adds one statement and one round trip to the user's transaction, counted on the wire."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.adapters.places import Place, Places
from tests.adapters.shapes import opened
from tests.adapters.shapes.shape import Shape
from tests.adapters.wire import Wire


@pytest.fixture(scope="module")
def wire(places: Places) -> Iterator[Wire]:
    wire = Wire(places.queue.url)
    yield wire
    wire.close()


@pytest.fixture
async def wired(shape_name: str, queue: Place, wire: Wire) -> AsyncIterator[Shape]:
    async with opened(shape_name, wire.url) as shape:
        yield shape


async def test_an_enqueue_is_one_statement_and_one_round_trip(wired: Shape, wire: Wire) -> None:
    async with wired.transaction() as held:
        await wired.enqueue(held, "the driver learns the statement, once a connection")

        with wire.counting() as sent:
            await wired.enqueue(held, "a")

    assert (sent.statements, sent.round_trips) == (1, wired.round_trips)


async def test_many_jobs_are_one_statement_and_one_round_trip(wired: Shape, wire: Wire) -> None:
    async with wired.transaction() as held:
        await wired.enqueue_many(held, ["the driver", "learns"])

        with wire.counting() as sent:
            await wired.enqueue_many(held, [str(number) for number in range(200)])

    assert (sent.statements, sent.round_trips) == (1, wired.round_trips)


async def test_an_enqueue_costs_what_a_plain_insert_costs_in_this_library(wired: Shape, wire: Wire) -> None:
    async with wired.transaction() as held:
        await wired.order(held, "the driver learns the statement")
        with wire.counting() as plain:
            await wired.order(held, "a")
        await wired.enqueue(held, "and this one")
        with wire.counting() as sent:
            await wired.enqueue(held, "a")

    assert (sent.statements, sent.round_trips) == (plain.statements, plain.round_trips)
