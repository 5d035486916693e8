"""`soniq status`: queues and workers at a glance."""

import asyncio

import click

from soniq.app import Soniq
from soniq.cli.queues import print_queues
from soniq.cli.table import print_json, print_table
from soniq.cli.target import database_options, make_app
from soniq.job import QueueRecord, WorkerRecord


@click.command()
@database_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def status(database_url: str | None, target: str | None, as_json: bool) -> None:
    """Show how many jobs each queue has in each state, and who works.

    `queued` includes jobs for later; `done` counts what the history still holds.

    \b
    Examples:
      soniq status
      soniq status --json
    """
    queues, workers = asyncio.run(_read(make_app(database_url, target)))
    if as_json:
        print_json({"queues": {name: dict(stats) for name, stats in queues.items()}, "workers": workers})
        return
    if queues:
        print_queues(queues)
    else:
        click.echo("no jobs yet")
    click.echo()
    if workers:
        print_table(
            ["WORKER", "HOST", "PID", "QUEUES", "RUNNING", "STATE", "LAST SEEN"],
            [
                [
                    one.id,
                    one.host,
                    one.pid,
                    one.queues or "every",
                    f"{one.running}/{one.concurrency}",
                    one.state,
                    one.silent_for,
                ]
                for one in workers
            ],
        )
    else:
        click.echo("no worker is running: start one with `soniq worker MODULE:APP`")


async def _read(app: Soniq) -> tuple[dict[str, QueueRecord], list[WorkerRecord]]:
    async with app:
        return await app.get_queues(), await app.get_workers()
