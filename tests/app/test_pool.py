"""Soniq's sessions are pinned, and what users do to a lent one stays theirs (rules 13 and 14)."""

from typing import Any

import asyncpg
import psycopg
import pytest

from soniq import Soniq
from soniq.errors import DatabaseUnreachable, SettingsInvalid

# As the server shows them: what our statements rely on, each of which a role or a database may have set otherwise.
SHOWN = {
    "application_name": "soniq",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "idle_session_timeout": "0",
    "lock_timeout": "10s",
    "statement_timeout": "1min",
    "timezone": "UTC",
}
OTHERWISE = {
    "application_name": "theirs",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "idle_session_timeout": "1h",
    "lock_timeout": "1ms",
    "statement_timeout": "1h",
    "timezone": "Asia/Tokyo",
}


async def test_sessions_are_pinned_whatever_the_database_says(app: Soniq, other: Any) -> None:
    database = await other.fetchval("select current_database()")
    for name, value in OTHERWISE.items():
        await other.execute(f"alter database {database} set {name} = '{value}'")

    async with Soniq(app.settings.database_url) as pinned, pinned.backend.acquire() as lent:
        pool = await pinned.opened()
        workers_own = await pool.connect({}, answer_within=5)
        shown = [await _settings(connection) for connection in (lent, workers_own)]
        await workers_own.close()

    assert shown == [SHOWN, SHOWN]


async def _settings(connection: Any) -> dict[str, str]:
    return {name: await connection.fetchval("select current_setting($1)", name) for name in SHOWN}


@pytest.mark.parametrize("use", ["get_queue_stats", "get_workers", "list_jobs"])
async def test_a_connection_that_was_cut_while_it_lay_idle_is_said_plainly(app: Soniq, use: str) -> None:
    await getattr(app, use)()
    _cut_all(app)

    with pytest.raises(DatabaseUnreachable, match="cannot be reached"):
        await getattr(app, use)()


async def test_a_transaction_that_cannot_begin_is_said_plainly(app: Soniq) -> None:
    pool = await app.opened()
    _cut_all(app)

    with pytest.raises(DatabaseUnreachable, match="cannot be reached"):
        async with pool.transaction():
            raise AssertionError("it began")


async def test_what_cuts_a_users_own_statement_is_said_by_the_driver(app: Soniq) -> None:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
        await _be_cut(app)


async def _be_cut(app: Soniq) -> None:
    async with app.backend.acquire() as lent:
        _cut_all(app)
        await lent.execute("select 1")


def _cut_all(app: Soniq) -> None:
    """Cut every connection before the event loop can hear of it."""
    with psycopg.connect(app.settings.database_url or "", autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )


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
