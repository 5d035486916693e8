"""`soniq queues`: list queues, pause and resume them."""

import asyncio
from collections.abc import Mapping

import click

from soniq.app import Soniq
from soniq.cli.table import print_json, print_table
from soniq.cli.target import app_of, database_options, make_app
from soniq.job import QueueRecord, QueueStats


@click.group(invoke_without_command=True)
@database_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
@click.pass_context
def queues(context: click.Context, database_url: str | None, target: str | None, as_json: bool) -> None:
    """List the queues with their counts, or pause and resume one.

    \b
    Examples:
      soniq queues --json
      soniq queues pause billing
      soniq queues resume billing
    """
    context.obj = (database_url, target)
    if context.invoked_subcommand is not None:
        return
    found = asyncio.run(_read(make_app(database_url, target)))
    if as_json:
        print_json({name: dict(counts) for name, counts in found.items()})
    else:
        print_queues(found)


@queues.command()
@click.argument("name")
@database_options
@click.pass_context
def pause(context: click.Context, name: str, database_url: str | None, target: str | None) -> None:
    """Let no worker begin a job of queue NAME; what runs goes on, and jobs can be enqueued."""
    changed = asyncio.run(_pause(app_of(context, database_url, target), name))
    click.echo(f"queue {name!r} is paused" if changed else f"queue {name!r} was paused already")


@queues.command()
@click.argument("name")
@database_options
@click.pass_context
def resume(context: click.Context, name: str, database_url: str | None, target: str | None) -> None:
    """Let workers run the jobs of queue NAME again."""
    changed = asyncio.run(_resume(app_of(context, database_url, target), name))
    click.echo(f"queue {name!r} goes on" if changed else f"queue {name!r} was not paused")


def print_queues(found: Mapping[str, QueueRecord]) -> None:
    """Print a table of queues; those that are paused say so."""
    if not found:
        click.echo("no jobs yet")
        return
    counts = list(QueueStats())
    print_table(
        ["QUEUE", *(name.upper() for name in counts)],
        [
            [f"{name} (paused)" if one.paused else name, *(one[count] for count in counts)]
            for name, one in found.items()
        ],
    )


async def _read(app: Soniq) -> dict[str, QueueRecord]:
    async with app:
        return await app.get_queues()


async def _pause(app: Soniq, name: str) -> bool:
    async with app:
        return await app.pause_queue(name)


async def _resume(app: Soniq, name: str) -> bool:
    async with app:
        return await app.resume_queue(name)
