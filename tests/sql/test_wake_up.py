"""An enqueue notifies only where a worker sleeps that serves its queue (rule 6, promise 7)."""

import asyncio
from typing import Any

import pytest

from soniq import Soniq
from soniq.sql import CHANNEL

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
