"""`soniq migrate`: upgrade the schema, or say what would be done."""

import asyncio

import click

from soniq.app import Soniq
from soniq.cli.table import counted, print_json
from soniq.cli.target import database_options, make_app


@click.command()
@database_options
@click.option("--dry-run", is_flag=True, help="Only name the migrations that are missing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def migrate(database_url: str | None, target: str | None, dry_run: bool, as_json: bool) -> None:
    """Apply the migrations that the schema lacks, as `soniq setup` does, and name them.

    \b
    Examples:
      soniq migrate --dry-run
      soniq migrate --database-url postgresql://localhost/shop
    """
    app = make_app(database_url, target)
    missing = asyncio.run(_migrate(app, dry_run))
    if as_json:
        print_json({"schema": app.settings.database_schema, "migrations": missing, "applied": not dry_run})
        return
    for name in missing:
        click.echo(f"{'would apply' if dry_run else 'applied'} {name}")
    what = counted(len(missing), "migration") if missing else "already up to date"
    click.echo(f"schema {app.settings.database_schema!r}: {what}{' to apply' if missing and dry_run else ''}")


async def _migrate(app: Soniq, dry_run: bool) -> list[str]:
    async with app:
        missing = await app.pending_migrations()
        if not dry_run:
            await app.setup()
    return missing
