"""`soniq status`: queues and workers at a glance."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import click

from soniq.app import Soniq
from soniq.cli.queues import print_queues
from soniq.cli.table import print_json, print_table
from soniq.cli.target import database_options, make_app
from soniq.job import QueueRecord, WorkerRecord

Queues = dict[str, QueueRecord]


@click.command()
@database_options
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option("--every", type=click.FloatRange(0.1), default=2.0, show_default=True, help="Seconds between looks.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts; with --watch one line a look.")
def status(database_url: str | None, target: str | None, watch: bool, every: float, as_json: bool) -> None:
    """Show how many jobs each queue has in each state, and who works.

    `queued` includes jobs for later; `done` counts what the history still holds.

    \b
    Examples:
      soniq status
      soniq status --watch
      soniq status --json
    """
    app = make_app(database_url, target)
    if not watch:
        asyncio.run(_look_once(app, as_json))
        return
    with suppress(KeyboardInterrupt):
        asyncio.run(_watch(app, as_json, every))


async def _look_once(app: Soniq, as_json: bool) -> None:
    async with app:
        queues, workers = await _read(app)
    if as_json:
        print_json(_plain(queues, workers))
    else:
        _print(queues, workers)


async def _watch(app: Soniq, as_json: bool, every: float) -> None:
    async with app:
        while True:
            queues, workers = await _read(app)
            if as_json:
                print_json(_plain(queues, workers), on_one_line=True)
            else:
                click.clear()
                click.echo(f"{datetime.now(UTC).astimezone():%H:%M:%S}, every {every:g} s; Ctrl-C ends\n")
                _print(queues, workers)
            await asyncio.sleep(every)


def _plain(queues: Queues, workers: list[WorkerRecord]) -> dict[str, object]:
    return {"queues": {name: dict(stats) for name, stats in queues.items()}, "workers": workers}


def _print(queues: Queues, workers: list[WorkerRecord]) -> None:
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


async def _read(app: Soniq) -> tuple[Queues, list[WorkerRecord]]:
    return await app.get_queues(), await app.get_workers()
