"""`soniq migrate-status` and `soniq migrations`: which there are, and their SQL for another tool."""

import asyncio
from pathlib import Path
from typing import Final

import click

from soniq.app import Soniq
from soniq.cli.table import as_json, counted, print_json, print_table
from soniq.cli.target import database_options, make_app

MISSING: Final = 1
REVISION: Final = '''"""Soniq's tables, at version {version}."""

from alembic import op

revision = "soniq_{version:04}"
down_revision = {down}  # the revision of yours that comes before
branch_labels = None
depends_on = None

STATEMENTS = [
{statements}
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement, execution_options={{"no_parameters": True}})


def downgrade() -> None:
    raise NotImplementedError("Soniq's migrations go forward only")
'''


@click.command("migrate-status")
@database_options
@click.option("--json", "plain", is_flag=True, help="Print JSON for scripts.")
def migrate_status(database_url: str | None, target: str | None, plain: bool) -> int:
    """List the migrations, and which of them the schema lacks.

    \b
    Examples:
      soniq migrate-status
      soniq migrate-status --json

    Exits with 1 where one is missing: `soniq migrate` applies it.
    """
    app = make_app(database_url, target)
    missing = asyncio.run(_missing(app))
    rows = [
        {"version": one.version, "name": one.name, "applied": f"{one.version}: {one.name}" not in missing}
        for one in app.migrations
    ]
    if plain:
        print_json({"schema": app.settings.database_schema, "migrations": rows})
    else:
        heads = ["VERSION", "MIGRATION", "APPLIED"]
        print_table(heads, [[row["version"], row["name"], "yes" if row["applied"] else "no"] for row in rows])
        what = f"{counted(len(missing), 'migration')} to apply" if missing else "up to date"
        click.echo(f"schema {app.settings.database_schema!r}: {what}")
    return MISSING if missing else 0


@click.group()
def migrations() -> None:
    """Hand the migrations to a tool of your own; `soniq setup` and `soniq migrate` apply them by themselves."""


@migrations.command()
@database_options
@click.option("--sql", "form", flag_value="sql", help="Print plain SQL; the default.")
@click.option("--alembic", "form", flag_value="alembic", help="Print an Alembic revision.")
@click.option("--json", "form", flag_value="json", help="Print JSON for scripts: a list of statements.")
@click.option(
    "--after", type=click.IntRange(0), default=0, show_default=True, help="Leave out those up to this version."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def export(database_url: str | None, target: str | None, form: str | None, after: int, output: Path | None) -> None:
    """Write the migrations as SQL, for whom only a tool of their own may change a schema. No database is asked.

    \b
    Examples:
      soniq migrations export --sql | psql --single-transaction shop
      soniq migrations export --alembic --output migrations/versions/soniq_0007.py
      soniq migrations export --alembic --after 6
    """
    app = make_app(database_url, target)
    statements = app.export_migrations(after)
    match form:
        case "json":
            text = as_json(statements)
        case "alembic":
            text = _revision(app, statements, after)
        case _:
            text = "\n\n".join(f"{statement};" for statement in statements)
    if output is None:
        click.echo(text)
    else:
        output.write_text(f"{text}\n", "utf-8")


def _revision(app: Soniq, statements: list[str], after: int) -> str:
    return REVISION.format(
        version=app.migrations[-1].version,
        down=f'"soniq_{after:04}"' if after else None,
        statements="\n".join(f'    r"""\n{statement}\n""",' for statement in statements),
    ).rstrip("\n")


async def _missing(app: Soniq) -> list[str]:
    async with app:
        return await app.pending_migrations()
