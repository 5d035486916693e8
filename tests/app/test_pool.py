"""Soniq's sessions are pinned, and what users do to a lent one stays theirs (rules 13 and 14)."""

from typing import Any

import asyncpg
import pytest

from soniq import Soniq
from soniq.errors import DatabaseUnreachable, SettingsInvalid
from soniq.pool import PINNED


async def test_sessions_are_pinned_whatever_the_role_says(app: Soniq, other: Any) -> None:
    database = await other.fetchval("select current_database()")
    await other.execute(
        f"alter database {database} set default_transaction_isolation = 'serializable';"
        f"alter database {database} set statement_timeout = '1ms';"
        f"alter database {database} set timezone = 'Asia/Tokyo'"
    )

    async with Soniq(app.settings.database_url) as pinned, pinned.backend.acquire() as connection:
        shown = {name: await connection.fetchval("select current_setting($1)", name) for name in PINNED}

    assert shown == PINNED | {"statement_timeout": "1min", "timezone": "UTC"}


async def test_what_a_user_sets_on_a_lent_connection_does_not_leak(migrated_url: str) -> None:
    async with Soniq(migrated_url, pool_max_size=2, pool_min_size=0) as app:
        async with app.backend.acquire() as lent:
            backend = lent.get_server_pid()
            await lent.execute("set search_path = nowhere; set work_mem = '1MB'; select pg_advisory_lock(7)")

        async with app.backend.acquire() as again:
            assert again.get_server_pid() == backend
            assert await again.fetchval("show search_path") != "nowhere"
            assert (
                await again.fetchval(
                    "select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'"
                )
                == 0
            )


async def test_our_own_statements_save_the_reset(migrated_url: str) -> None:
    async with Soniq(migrated_url, pool_max_size=2, pool_min_size=0) as app:
        pool = await app.opened()
        async with pool.inner() as ours:
            await ours.execute("set work_mem = '1MB'")
        async with pool.inner() as ours:
            assert await ours.fetchval("show work_mem") == "1MB"


async def test_a_transaction_commits_at_the_end_and_rolls_back_on_an_error(app: Soniq, other: Any) -> None:
    await other.execute("create table orders (id int)")

    async with app.transaction() as connection:
        await connection.execute("insert into orders values (1)")
    with pytest.raises(asyncpg.UndefinedTableError):
        await _write_and_fail(app)

    assert [row["id"] for row in await other.fetch("select id from orders")] == [1]


async def _write_and_fail(app: Soniq) -> None:
    async with app.transaction() as connection:
        await connection.execute("insert into orders values (2)")
        await connection.execute("insert into nowhere values (3)")


@pytest.mark.parametrize(
    "url", ["postgresql://soniq:wrong@127.0.0.1:1/shop", "postgresql://nobody@no-such-host.invalid/shop"]
)
async def test_a_server_that_does_not_answer_is_named_without_the_password(url: str) -> None:
    app = Soniq(url)

    with pytest.raises(DatabaseUnreachable) as refused:
        await app.setup()

    assert "wrong" not in str(refused.value)
    assert "wrong" not in repr(app)


async def test_a_wrong_password_is_refused_plainly(server_url: str) -> None:
    wrong = server_url.replace("://", "://nobody_of_this_name:x", 1)

    with pytest.raises(DatabaseUnreachable):
        await Soniq(wrong).ensure_initialized()


def test_a_misspelt_setting_suggests_the_right_one() -> None:
    with pytest.raises(SettingsInvalid, match="pool_max_size"):
        Soniq(pool_max_sise=3)


@pytest.mark.parametrize(
    "setting",
    [
        {"concurrency": 0},
        {"database_schema": "a b"},
        {"database_schema": "pg_x"},
        {"database_schema": "information_schema"},
        {"notify": "maybe"},
    ],
)
def test_a_setting_out_of_range_is_named(setting: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid, match=next(iter(setting))):
        Soniq(**setting)


def test_the_environment_sets_and_an_argument_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_CONCURRENCY", "7")
    monkeypatch.setenv("SONIQ_QUEUES", "billing, mail")

    assert Soniq().settings.concurrency == 7
    assert Soniq(concurrency=9).settings.concurrency == 9
    assert Soniq().settings.queues == ("billing", "mail")
