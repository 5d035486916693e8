"""An enqueue notifies only where a worker sleeps that serves its queue (rule 6, promise 7)."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from soniq import Soniq
from soniq.sql import CHANNEL

# Row locks are waited for by transaction, which belongs to no database: the lock's own row would name none.
SOMEBODY_WAITS = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"""

NUMBER = "select last_value from soniq.asleep"
THE_END = "no queue has this name"
HEARD = [
    ("nobody sleeps", None, "on", []),
    ("asleep for this queue", "{other,mail}", "on", ["mail"]),
    ("asleep for every queue", "null", "on", ["mail"]),
    ("asleep for another queue", "{other}", "on", []),
    ("registered and awake", "{}", "on", []),
    ("asleep, notify off", "{mail}", "off", []),
]


@pytest.mark.parametrize("way", ["one in a transaction", "many in a transaction", "on its own"])
@pytest.mark.parametrize(("queues", "notify", "heard"), [case[1:] for case in HEARD], ids=[case[0] for case in HEARD])
async def test_who_sleeps_on_the_queue_is_woken_and_nobody_else(
    migrated_url: str, other: Any, way: str, queues: str | None, notify: str, heard: list[str]
) -> None:
    if queues is not None:
        value = "null" if queues == "null" else f"'{queues}'"
        await other.execute(f"insert into soniq.sleepers (worker_id, queues) values (gen_random_uuid(), {value})")
    said, told = await _listen(other)

    async with Soniq(migrated_url, notify=notify) as app:
        app.job(name="hello", queue="mail")(_hello)
        await _enqueue(app, way)
        async with app.transaction() as connection:
            await connection.execute("select pg_notify($1, $2)", CHANNEL, THE_END)

    async with asyncio.timeout(10):
        await told.wait()
    assert said == heard


async def test_the_number_says_whether_anybody_sleeps_whoever_commits_last(migrated_url: str, other: Any) -> None:
    sleeps = "insert into soniq.sleepers (worker_id, queues) values ($1, null)"
    gets_up = "update soniq.sleepers set queues = '{}' where worker_id = $1"
    first, second = uuid4(), uuid4()
    await other.execute(sleeps, first)
    rival = await asyncpg.connect(migrated_url)
    getting_up = other.transaction()
    await getting_up.start()
    await other.execute(gets_up, first)

    lying_down = asyncio.create_task(rival.execute(sleeps, second))
    await _waits_for_a_lock(migrated_url)
    await getting_up.commit()
    await lying_down
    assert await other.fetchval(NUMBER) == 1

    await rival.execute(gets_up, second)
    assert await other.fetchval(NUMBER) == 0
    await rival.close()


async def _waits_for_a_lock(url: str) -> None:
    watcher = await asyncpg.connect(url)
    try:
        async with asyncio.timeout(10):
            while not await watcher.fetchval(SOMEBODY_WAITS):
                await watcher.execute("select pg_sleep(0.005)")
    finally:
        await watcher.close()


async def _listen(connection: Any) -> tuple[list[str], asyncio.Event]:
    """Collect what is notified until THE_END, which comes after all that was committed before it."""
    said, told = list[str](), asyncio.Event()

    def hear(_connection: Any, _pid: int, _channel: str, queue: str) -> None:
        if queue == THE_END:
            told.set()
        else:
            said.append(queue)

    await connection.add_listener(CHANNEL, hear)
    return said, told


async def _enqueue(app: Soniq, way: str) -> None:
    if way == "on its own":
        await app.enqueue("hello")
        return
    async with app.transaction() as connection:
        if way == "one in a transaction":
            await app.enqueue("hello", connection=connection)
        else:
            await app.enqueue_many("hello", [{}, {}], connection=connection)


async def _hello() -> None: ...
