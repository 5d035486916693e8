"""`soniq setup`: create or upgrade the schema."""

import asyncio

import click

from soniq.app import Soniq
from soniq.cli.table import counted, print_json
from soniq.cli.target import database_options, make_app


@click.command()
@database_options
@click.option(
    "--grant",
    "grants",
    multiple=True,
    metavar="ROLE=ACCESS",
    help="Also give a role what it needs: producer (enqueue), viewer (read) or worker (both, and run). Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def setup(database_url: str | None, target: str | None, grants: tuple[str, ...], as_json: bool) -> None:
    """Create the database, the schema and its tables, or upgrade them.

    Safe to run again, and from many processes at once: on each deploy, before the new code starts.

    \b
    Examples:
      soniq setup --database-url postgresql://localhost/shop
      soniq setup --grant web=producer --grant jobs=worker
    """
    app = make_app(database_url, target)
    applied = asyncio.run(_setup(app, dict(_parsed(grant) for grant in grants)))
    if as_json:
        print_json({"schema": app.settings.database_schema, "applied": applied})
        return
    what = f"{counted(applied, 'migration')} applied" if applied else "already up to date"
    click.echo(f"schema {app.settings.database_schema!r}: {what}")


def _parsed(grant: str) -> tuple[str, str]:
    role, separator, access = grant.rpartition("=")
    if not separator or not role:
        raise click.BadParameter(f"{grant!r} is not ROLE=ACCESS, such as web=producer", param_hint="--grant")
    return role, access


async def _setup(app: Soniq, grants: dict[str, str]) -> int:
    async with app:
        return await app.setup(grants)
