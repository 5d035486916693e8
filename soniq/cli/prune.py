"""`soniq prune`: drop what the history keeps for too long."""

import asyncio
from typing import Final

import click

from soniq.app import Soniq
from soniq.cli.table import counted
from soniq.cli.target import database_options, make_app

LEFT_OVER: Final = 1


@click.command()
@database_options
@click.option("--days", type=click.IntRange(1, 36_500), help="Keep so many; SONIQ_HISTORY_DAYS by default.")
@click.option("--dry-run", is_flag=True, help="Only say which days would go.")
def prune(database_url: str | None, target: str | None, days: int | None, dry_run: bool) -> int:
    """Drop the days of the history that are older than SONIQ_HISTORY_DAYS.

    Workers do this by themselves where their role owns Soniq's tables. Where it does not, run this
    as the owner, once a day or so. Nobody waits for it, and dead letters stay.

    \b
    Examples:
      soniq prune
      soniq prune --days 7 --dry-run

    Exits with 1 where days are left because somebody's open transaction held them: run it again later.
    """
    return asyncio.run(_prune(make_app(database_url, target), days, dry_run))


async def _prune(app: Soniq, days: int | None, dry_run: bool) -> int:
    async with app:
        pruned = await app.prune_history(days, dry_run)
    for day in pruned.dropped:
        click.echo(f"dropped {day}")
    for day in pruned.left:
        click.echo(f"would drop {day}" if dry_run else f"left {day}")
    if not pruned.dropped and not pruned.left:
        click.echo("nothing to drop")
    if pruned.left and not dry_run:
        click.echo(f"{counted(len(pruned.left), 'day')} left: an open transaction held one; try again later", err=True)
        return LEFT_OVER
    return 0
