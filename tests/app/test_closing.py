"""An app that is closed ends what was begun, refuses what begins, and leaves no connection open."""

import asyncio
import threading
from contextlib import suppress
from typing import Any

import pytest

from soniq import Soniq
from soniq.errors import AppClosed, WrongLoop

SESSIONS = "select count(*) from pg_stat_activity where application_name = 'soniq' and datname = current_database()"


async def test_close_ends_although_others_keep_enqueueing(migrated_url: str, other: Any) -> None:
    app, ids = Soniq(migrated_url), []
    app.job(name="note")(asyncio.Event)

    async def keep_enqueueing() -> None:
        while True:
            ids.append(await app.enqueue("note"))

    async with asyncio.timeout(10):
        tasks = [asyncio.create_task(keep_enqueueing()) for _ in range(8)]
        while len(ids) < 20:
            await other.execute("select pg_sleep(0.01)")
        await app.close()
        ended = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(error) for error in ended} == {AppClosed}
    assert await other.fetchval("select count(*) from soniq.jobs") == len(ids)


async def test_an_app_closed_while_it_opens_has_no_pool(migrated_url: str, other: Any) -> None:
    app = Soniq(migrated_url)
    opening = asyncio.create_task(app.ensure_initialized())
    await asyncio.sleep(0)

    await app.close()
    with pytest.raises(AppClosed):
        await opening

    assert not app.is_initialized
    async with asyncio.timeout(5):
        while await other.fetchval(SESSIONS):
            await other.execute("select pg_sleep(0.01)")


def test_of_several_loops_at_once_one_has_the_app_and_the_others_are_told(migrated_url: str) -> None:
    app, told = Soniq(migrated_url), list[str]()
    ready, done = threading.Barrier(4), threading.Barrier(4)

    async def use() -> None:
        ready.wait()
        try:
            told.append(f"{(await app.get_queue_stats()).total} jobs")
        except WrongLoop as error:
            told.append(error.code)
        await asyncio.to_thread(done.wait)
        with suppress(WrongLoop):
            await app.close()

    threads = [threading.Thread(target=lambda: asyncio.run(use()), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(told) == ["0 jobs", *["SONIQ_WRONG_LOOP"] * 3]
    assert app.is_closed


def test_closing_on_another_loop_is_told_plainly(migrated_url: str) -> None:
    app = Soniq(migrated_url)

    async def use() -> None:
        await app.get_queue_stats()
        with pytest.raises(WrongLoop):
            await asyncio.to_thread(asyncio.run, app.close())
        assert not app.is_closed
        await app.close()

    asyncio.run(use())

    assert app.is_closed


async def test_where_opening_failed_another_loop_may_try(migrated_url: str) -> None:
    app = Soniq("postgresql://127.0.0.1:1/nowhere")

    def elsewhere() -> None:
        with suppress(ConnectionError):
            asyncio.run(app.ensure_initialized())

    await asyncio.to_thread(elsewhere)

    with pytest.raises(ConnectionError):
        await app.ensure_initialized()
    await app.close()
