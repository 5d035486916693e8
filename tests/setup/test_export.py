"""The exported migrations make what `setup` makes, in whatever tool runs them."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import asyncpg
import pytest
from sqlalchemy import create_engine

from soniq import Soniq
from soniq.errors import OptionInvalid
from soniq.sql.export import export
from soniq.sql.migrate import migrations, newest
from tests.cli.test_cli import Shell

MADE = """
select 'relation', oid::regclass::text from pg_class where relnamespace = 'soniq'::regnamespace
union all
select 'function', regexp_replace(pg_get_functiondef(oid), '[0-9a-f]{8}-[0-9a-f-]{27}', 'an id') from pg_proc
where pronamespace = 'soniq'::regnamespace and prokind = 'f'
union all
select 'column', format('%s.%s %s', table_name, column_name, data_type) from information_schema.columns
where table_schema = 'soniq'
union all
select 'version', format('%s %s', schema_version, serves_from) from soniq.meta
order by 1, 2
"""


async def made(url: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(MADE)]
    finally:
        await connection.close()


async def test_the_sql_makes_what_setup_makes(database_url: str, migrated_url: str, tmp_path: Path) -> None:
    shell, script = Shell(tmp_path, database_url), tmp_path / "soniq.sql"
    assert shell.run("migrations", "export", "--output", str(script)).returncode == 0

    connection = await asyncpg.connect(database_url)
    await connection.execute(script.read_text())
    await connection.close()

    assert await made(database_url) == await made(migrated_url)
    async with Soniq(database_url) as app:
        assert await app.setup() == 0


async def test_the_alembic_revision_makes_what_setup_makes(
    database_url: str, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = Shell(tmp_path, database_url).run("migrations", "export", "--alembic").stdout
    names: dict[str, Any] = {}
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))

    with engine.begin() as connection:
        alembic = ModuleType("alembic")  # of which a revision asks for its connection only
        alembic.op = SimpleNamespace(get_bind=lambda: connection)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "alembic", alembic)
        exec(revision, names)
        names["upgrade"]()
    engine.dispose()

    assert names["revision"] == f"soniq_{newest():04}"
    assert await made(database_url) == await made(migrated_url)


async def test_what_is_there_already_can_be_left_out(other: Any, database_url: str) -> None:
    async with Soniq(database_url, database_schema="elsewhere") as app:
        connection = await asyncpg.connect(database_url)
        for statement in export("elsewhere", migrations()[:3]) + app.export_migrations(after=3):
            await connection.execute(statement)
        await connection.close()

        assert await app.pending_migrations() == []
        assert [one.version for one in app.migrations] == list(range(1, newest() + 1))


@pytest.mark.parametrize("after", [-1, newest() + 1, True])
def test_a_version_that_is_none_is_refused(after: int) -> None:
    with pytest.raises(OptionInvalid, match="`after`"):
        Soniq().export_migrations(after)


def test_the_status_names_what_is_missing_and_exits_with_1(tmp_path: Path, database_url: str) -> None:
    shell = Shell(tmp_path, database_url)
    before, after = shell.run("migrate-status"), (shell.run("setup"), shell.run("migrate-status"))[1]

    assert (before.returncode, after.returncode) == (1, 0)
    assert f"schema 'soniq': {newest()} migrations to apply" in before.stdout
    assert after.stdout.splitlines()[1].split() == ["1", "the", "queue", "yes"]
    assert "schema 'soniq': up to date" in after.stdout
