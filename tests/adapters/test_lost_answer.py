"""An enqueue whose answer is lost after its commit is sent again, and its job exists once (rule 8)."""

from collections.abc import Iterator
from typing import Any

import pytest

from soniq import Soniq
from tests.adapters.wire import Wire


@pytest.fixture
def wire(migrated_url: str) -> Iterator[Wire]:
    wire = Wire(migrated_url)
    yield wire
    wire.close()


@pytest.mark.parametrize("jobs", [1, 3])
async def test_an_enqueue_whose_answer_was_lost_writes_each_job_once(wire: Wire, other: Any, jobs: int) -> None:
    async with Soniq(wire.url, pool_min_size=0, pool_max_size=2) as app:
        app.job(name="hello")(_hello)
        await app.enqueue_many("hello", [{"number": -1}] * 2)  # so that the next one is a single round trip

        wire.lose_the_next_answer()
        if jobs == 1:
            await app.enqueue("hello", number=0)
        else:
            await app.enqueue_many("hello", [{"number": number} for number in range(jobs)])

    assert wire.lost_it
    written = await other.fetch("select args->>'number' from soniq.jobs where args->>'number' <> '-1' order by id")
    assert [number for (number,) in written] == [str(number) for number in range(jobs)]


async def _hello(number: int) -> None: ...
