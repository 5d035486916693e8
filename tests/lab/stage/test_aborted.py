"""What Postgres did is drawn, not what it was asked for."""

import asyncpg
import pytest

from soniq.lab.shop import Shop
from soniq.lab.stage import two_connections


async def test_the_commit_of_an_aborted_transaction_is_drawn_as_the_rollback_that_it_is(shop: Shop) -> None:
    eyes = await two_connections(shop, "An error that was caught")
    async with eyes.ada.transaction():
        await eyes.ada.execute("insert into orders values ($1, 'Ada', 'The First Compiler')", eyes.number)
        with pytest.raises(asyncpg.CheckViolationError):
            await eyes.ada.execute("update books set stock = -1")

    assert "COMMIT, answered by ROLLBACK" in eyes.timeline.text
    assert [band.fate for band in eyes.timeline.plot.bands] == ["undone"]
    assert len(await shop.orders(eyes.number)) == 0


async def test_a_rollback_that_was_asked_for_has_no_other_name(shop: Shop) -> None:
    eyes = await two_connections(shop, "A change of mind")
    draft = eyes.ada.transaction()
    await draft.start()
    await eyes.ada.execute("insert into orders values ($1, 'Ada', 'The First Compiler')", eyes.number)
    await draft.rollback()

    assert "COMMIT" not in eyes.timeline.text
