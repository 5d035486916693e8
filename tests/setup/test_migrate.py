"""The schema comes up once, whoever asks, and refuses code that it no longer serves."""

import asyncio
import sys
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from soniq import Soniq
from soniq.errors import CodeTooOld, MigrationBlocked, OptionInvalid, SchemaMissing, SchemaTooOld
from soniq.sql import migrate as migrating
from soniq.sql.migrate import Migration, migrate, migrations, newest

SETUP = """
import asyncio, sys
from soniq import Soniq
async def main():
    async with Soniq(sys.argv[1]) as app:
        sys.stdin.readline()
        print(await app.setup())
asyncio.run(main())
"""


async def test_eight_processes_that_set_up_at_once_end_with_one_schema(database_url: str) -> None:
    pipe = asyncio.subprocess.PIPE
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", SETUP, database_url, stdin=pipe, stdout=pipe)
        for _ in range(8)
    ]

    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert sum(int(out) for out, _ in outputs) == len(migrations())  # each migration once, whoever applied it


async def test_setup_again_changes_nothing(app: Soniq, other: Any) -> None:
    meta = "select soniq.installation(), schema_version, serves_from, created_at from soniq.meta"
    before = await other.fetch(meta)

    assert await app.setup() == 0
    assert await other.fetch(meta) == before


async def test_setup_makes_a_database_that_is_not_there(server_url: str) -> None:
    name = f"made_by_setup_{uuid4().hex[:8]}"
    url = server_url.rsplit("/", 1)[0] + f"/{name}"
    try:
        async with Soniq(url) as app:
            assert await app.setup() == len(migrations())
            assert (await app.get_queue_stats()).total == 0
    finally:
        server = await asyncpg.connect(server_url)
        await server.execute(f"drop database if exists {name} with (force)")
        await server.close()


async def test_two_schemas_live_in_one_database(database_url: str) -> None:
    async with Soniq(database_url) as first, Soniq(database_url, database_schema="second") as second:
        await first.setup()
        await second.setup()
        first.job(name="hello")(_nothing)
        await first.enqueue("hello")

        assert (await first.get_queue_stats()).queued == 1
        assert (await second.get_queue_stats()).total == 0


async def test_an_app_on_a_database_without_the_schema_says_to_set_up(database_url: str) -> None:
    async with Soniq(database_url) as app:
        with pytest.raises(SchemaMissing, match="soniq setup"):
            await app.get_queue_stats()


async def test_this_code_works_on_the_next_schema_that_still_serves_it(app: Soniq, other: Any) -> None:
    coming = _next("alter table soniq.jobs add column colour text default 'red'", serves_from=newest())
    await migrate(other, "soniq", (*migrations(), coming))

    async with Soniq(app.settings.database_url) as rolling:
        rolling.job(name="hello")(_nothing)
        job_id = await rolling.enqueue("hello")
        await rolling.run_worker(run_once=True)
        job = await rolling.get_job(job_id)

    assert job is not None
    assert job.status == "done"


async def test_code_that_the_schema_no_longer_serves_is_refused(app: Soniq, other: Any) -> None:
    await migrate(other, "soniq", (*migrations(), _next("select 1", serves_from=newest() + 1)))

    async with Soniq(app.settings.database_url) as old:
        with pytest.raises(CodeTooOld) as refused:
            await old.get_queue_stats()
        with pytest.raises(CodeTooOld):
            await old.setup()

    assert refused.value.context["serves_from"] == newest() + 1


async def test_code_that_needs_a_newer_schema_says_to_set_up(app: Soniq, other: Any) -> None:
    await other.execute("update soniq.meta set schema_version = 0")

    async with Soniq(app.settings.database_url) as new:
        with pytest.raises(SchemaTooOld, match="soniq setup"):
            await new.get_queue_stats()


async def test_a_migration_that_is_blocked_gives_up_and_lets_enqueues_pass(
    app: Soniq, other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrating, "TRIES", 2)
    app.job(name="hello")(_nothing)
    coming = _next("alter table soniq.jobs add column colour text", serves_from=newest())

    async with app.transaction() as business, asyncio.timeout(10):
        await app.enqueue("hello", connection=business)
        with pytest.raises(MigrationBlocked):
            await migrate(other, "soniq", (*migrations(), coming))
        await app.enqueue("hello", connection=app.separate)

    assert await migrate(other, "soniq", (*migrations(), coming)) == 1
    assert (await app.get_queue_stats()).queued == 2


async def test_history_days_are_attached_while_a_reader_reads(app: Soniq, other: Any) -> None:
    """Rule 10: CREATE PARTITION OF would wait for this reader, and every settle behind it."""
    async with app.transaction() as reader:
        await reader.fetch("select * from soniq.job_history")
        await other.execute("set lock_timeout = '1s'")

        assert await other.fetchval("select soniq.make_history_days(20)") == 13


@pytest.mark.parametrize("access", ["producer", "viewer", "worker"])
async def test_setup_grants_a_role_what_it_needs(app: Soniq, other: Any, access: str) -> None:
    role = f"role_{access}_{id(app)}"
    await other.execute(f"create role {role}")
    try:
        await app.setup({role: access})
        may = [
            await other.fetchval("select has_table_privilege($1, $2, $3)", role, f"soniq.{table}", what)
            for table, what in [("jobs", "insert"), ("job_history", "select"), ("workers", "update")]
        ]
    finally:
        await other.execute(f"drop owned by {role}; drop role {role}")

    assert (
        may
        == {
            "producer": [True, False, False],
            "viewer": [False, True, False],
            "worker": [True, True, True],
        }[access]
    )


@pytest.mark.parametrize("schema", ["soniq_2", "user", "order", "schema"])
async def test_any_word_can_name_the_schema(database_url: str, schema: str) -> None:
    async with Soniq(database_url, database_schema=schema) as app:
        app.job(name="hello")(_nothing)
        await app.setup({"pg_monitor": "worker"})
        async with app.transaction() as business:
            await app.enqueue("hello", connection=business)

        assert await app.run_worker(run_once=True) == 1
        assert (await app.get_queue_stats()).done == 1


async def test_a_grant_to_nobody_is_refused(app: Soniq) -> None:
    with pytest.raises(OptionInvalid, match="no_such_role"):
        await app.setup({"no_such_role": "producer"})


def _next(text: str, serves_from: int) -> Migration:
    return replace(migrations()[-1], version=newest() + 1, text=text, serves_from=serves_from)


async def _nothing() -> None: ...
