"""A queue emptied under a snapshot: nothing of it can be removed before the snapshot ends."""

import pytest

from soniq.lab.hood import REPORT, chart_claims, chart_dead, empty_a_queue
from soniq.lab.shop import Shop


@pytest.mark.parametrize("mark", [False, True])
@pytest.mark.parametrize("holder", [REPORT, "begin; update books set stock = stock"])
async def test_vacuum_leaves_what_a_snapshot_may_still_want_to_see(shop: Shop, holder: str, mark: bool) -> None:
    held = await empty_a_queue(shop, holder, mark=mark, jobs=1000)

    assert [*held.dead] == [(500, 500), (1000, 1000)]
    assert [before for before, _ in held.claims] == [0, 500]
    assert "dead rows left: 1,000" in str(held)
    assert "500 at 500, 1,000 at 1,000" in chart_dead(held).text
    assert held.name in chart_claims(held).text


async def test_vacuum_removes_what_nobody_holds(shop: Shop) -> None:
    calm = await empty_a_queue(shop, jobs=1000)

    assert min(rows for _, rows in calm.dead) == 0
