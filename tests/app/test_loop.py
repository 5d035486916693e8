"""An app belongs to the event loop on which it was opened, and says so."""

import asyncio
import threading

import pytest

from soniq import Soniq
from soniq.errors import WrongLoop


async def test_another_loop_is_told_plainly(app: Soniq) -> None:
    refusals: list[BaseException] = []

    def elsewhere() -> None:
        with pytest.raises(WrongLoop) as refused:
            asyncio.run(app.get_queue_stats())
        refusals.append(refused.value)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    await asyncio.to_thread(thread.join)

    [refusal] = refusals
    assert "event loop" in str(refusal)
    assert (await app.get_queue_stats()).total == 0


def test_a_second_asyncio_run_is_told_plainly(migrated_url: str) -> None:
    app = Soniq(migrated_url, pool_min_size=0)

    async def first() -> None:
        await app.get_queue_stats()
        pool = await app.opened()
        await pool.close()

    asyncio.run(first())

    with pytest.raises(WrongLoop):
        asyncio.run(app.get_queue_stats())
