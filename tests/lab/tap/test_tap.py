"""A tap sees what passes, stops it where it is told to, and changes nothing otherwise."""

import asyncio

import asyncpg
import pytest

from soniq.lab.tap import Moment, tap_postgres
from soniq.lab.tap.moment import Cut


class Notes:
    """Writes down what it is told; cuts where it is told to."""

    def __init__(self, cut_before: str = "") -> None:
        self.told: list[tuple[str, str, str, int]] = []
        self.cut_before = cut_before
        self.gone_away = asyncio.Event()

    async def passing(self) -> None: ...

    async def before(self, moment: Moment) -> None:
        self.told.append(("before", moment.act, "", 0))
        if moment.act == self.cut_before:
            raise Cut

    async def after(self, moment: Moment) -> None:
        self.told.append(("after", moment.act, moment.answer, moment.rows))

    async def gone(self, line: str) -> None:
        self.told.append(("gone", line, "", 0))
        self.gone_away.set()


ORDERS = "create table orders (number int primary key check (number > 0))"


async def test_a_tap_tells_each_moment_before_and_after(database_url: str) -> None:
    notes = Notes()
    async with tap_postgres(database_url, notes) as tap:
        connection = await asyncpg.connect(tap.url)
        await connection.execute(ORDERS)
        async with connection.transaction():
            await connection.execute("insert into orders values ($1)", 1043)
        assert await connection.fetchval("select number from orders") == 1043
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("insert into orders values (0)")
        await connection.close()

    after = [told[1:] for told in notes.told if told[0] == "after"]
    assert after[:3] == [("begin", "ok", 0), ("write", "ok", 1), ("commit", "ok", 0)]
    assert after[3:] == [("read", "ok", 1), ("write", "orders_number_check", 0)]
    assert notes.told[-1][:2] == ("gone", "pg-1")


async def test_what_is_cut_never_arrives(database_url: str) -> None:
    notes = Notes(cut_before="commit")
    direct = await asyncpg.connect(database_url)
    await direct.execute(ORDERS)
    async with tap_postgres(database_url, notes) as tap:
        connection = await asyncpg.connect(tap.url)
        with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.InterfaceError, ConnectionError)):
            async with connection.transaction():
                await connection.execute("insert into orders values (1043)")

    assert await direct.fetchval("select count(*) from orders") == 0
    await direct.close()


async def test_large_answers_pass_unchanged(database_url: str) -> None:
    async with tap_postgres(database_url, Notes()) as tap:
        connection = await asyncpg.connect(tap.url)

        rows = await connection.fetch("select n, repeat('x', 1000) as text from generate_series(1, 2000) n")

        assert (len(rows), {len(row["text"]) for row in rows}) == (2000, {1000})
        await connection.close()


async def test_a_client_that_dies_while_the_server_talks_is_no_trouble(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    notes = Notes()
    async with tap_postgres(database_url, notes) as tap:
        connection = await asyncpg.connect(tap.url)
        asking = asyncio.create_task(connection.fetch("select repeat('x', 1000) from generate_series(1, 20000)"))
        await asyncio.wait([asking], timeout=0.01)
        connection.terminate()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await asking
        async with asyncio.timeout(5):
            await notes.gone_away.wait()

    assert [kind for kind, *_ in notes.told] == ["gone"]
    assert caplog.messages == []
