"""`soniq status`: queues and workers at a glance."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import click

from soniq.app import Soniq
from soniq.cli.jobs import print_jobs
from soniq.cli.queues import print_queues
from soniq.cli.schedules import print_schedules
from soniq.cli.table import print_json, print_table
from soniq.cli.target import database_options, make_app
from soniq.job import Job, QueueRecord, Schedule, WorkerRecord
from soniq.version import __version__

JOBS: Final = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: the queues and the workers; jobs and schedules where they were asked for, else None."""

    queues: dict[str, QueueRecord]
    workers: list[WorkerRecord]
    jobs: list[Job] | None
    schedules: list[Schedule] | None
    about: str | None


@click.command()
@database_options
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option("--every", type=click.FloatRange(0.1), default=2.0, show_default=True, help="Seconds between looks.")
@click.option("--jobs", "with_jobs", is_flag=True, help=f"Also the latest {JOBS} jobs.")
@click.option(
    "--verbose", is_flag=True, help="Also the versions of this code and of the schema it needs, and the schedules."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts; with --watch one line a look.")
def status(  # noqa: PLR0913  # one parameter an option, as click passes them
    database_url: str | None,
    target: str | None,
    watch: bool,
    every: float,
    with_jobs: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Show how many jobs each queue has in each state, and who works.

    `queued` includes jobs for later; `done` counts what the history still holds.

    \b
    Examples:
      soniq status
      soniq status --watch
      soniq status --jobs --verbose
      soniq status --json
    """
    app = make_app(database_url, target)
    if not watch:
        asyncio.run(_look_once(app, with_jobs, verbose, as_json))
        return
    with suppress(KeyboardInterrupt):
        asyncio.run(_watch(app, with_jobs, verbose, as_json, every))


async def _look_once(app: Soniq, with_jobs: bool, verbose: bool, as_json: bool) -> None:
    async with app:
        seen = await _read(app, with_jobs, verbose)
    if as_json:
        print_json(_plain(seen))
    else:
        _print(seen)


async def _watch(app: Soniq, with_jobs: bool, verbose: bool, as_json: bool, every: float) -> None:
    async with app:
        while True:
            seen = await _read(app, with_jobs, verbose)
            if as_json:
                print_json(_plain(seen), on_one_line=True)
            else:
                click.clear()
                click.echo(f"{datetime.now(UTC).astimezone():%H:%M:%S}, every {every:g} s; Ctrl-C ends\n")
                _print(seen)
            await asyncio.sleep(every)


def _plain(seen: Seen) -> dict[str, object]:
    plain: dict[str, object] = {"queues": {name: dict(stats) for name, stats in seen.queues.items()}}
    plain["workers"] = seen.workers
    if seen.jobs is not None:
        plain["jobs"] = [dict(job) for job in seen.jobs]
    if seen.schedules is not None:
        plain |= {"about": seen.about, "schedules": [dict(one) for one in seen.schedules]}
    return plain


def _print(seen: Seen) -> None:
    if seen.about:
        click.echo(f"{seen.about}\n")
    print_queues(seen.queues)
    click.echo()
    print_workers(seen.workers)
    if seen.jobs is not None:
        click.echo()
        print_jobs(seen.jobs)
    if seen.schedules is not None:
        click.echo()
        print_schedules(seen.schedules)


def print_workers(workers: list[WorkerRecord]) -> None:
    """Print a table of workers."""
    if not workers:
        click.echo("no worker is running: start one with `soniq worker MODULE:APP`")
        return
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


async def _read(app: Soniq, with_jobs: bool, verbose: bool) -> Seen:
    about = f"soniq {__version__}, schema {app.settings.database_schema!r}, version {app.migrations[-1].version} needed"
    return Seen(
        queues=await app.get_queues(),
        workers=await app.get_workers(),
        jobs=await app.list_jobs(limit=JOBS) if with_jobs else None,
        schedules=await app.scheduler.list() if verbose else None,
        about=about if verbose else None,
    )
