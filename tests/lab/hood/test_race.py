"""A race of workers: who waits, and what is done twice."""

from itertools import pairwise

import pytest

from soniq.errors import OptionInvalid
from soniq.lab.hood import commit_rates, race
from soniq.lab.hood.race import TICKETS
from soniq.lab.shop import Shop


async def test_without_a_lock_all_workers_take_the_same_ticket(shop: Shop) -> None:
    careless = await race(shop, "", work_ms=1)

    assert careless.twice >= 1
    assert len({each.lane for each in careless.taken if each.label == "1"}) == 4


@pytest.mark.parametrize("lock", ["for update", "for update skip locked", "for no key update skip locked"])
async def test_with_a_lock_each_ticket_is_worked_on_once(shop: Shop, lock: str) -> None:
    careful = await race(shop, lock, work_ms=1)

    assert sorted(int(each.label) for each in careful.taken) == [*range(1, TICKETS + 1)]
    assert careful.twice == 0
    assert lock in str(careful)


async def test_workers_that_lock_work_one_at_a_time(shop: Shop) -> None:
    in_line = await race(shop, "for update", work_ms=1)

    spans = sorted((each.start, each.end) for each in in_line.taken)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


async def test_a_lock_that_is_none_is_refused(shop: Shop) -> None:
    with pytest.raises(OptionInvalid, match="no race is run with 'for fun'"):
        await race(shop, "for fun")


async def test_commits_are_counted_for_each_bell_and_number_of_clients() -> None:
    chart = await commit_rates(clients=(1, 2), seconds=0.02)

    assert "NOTIFY in each" in chart.text
    assert chart.text.count(" at 2") == 3
