"""`soniq inspect`: who works on what, and who is gone."""

import asyncio
from typing import Any

import click

from soniq.app import Soniq
from soniq.cli.jobs import print_jobs
from soniq.cli.schedules import print_schedules
from soniq.cli.status import print_workers
from soniq.cli.table import counted, print_json
from soniq.cli.target import database_options, make_app


@click.command()
@database_options
@click.option("--stale", is_flag=True, help="Only workers that are gone: silent for SONIQ_HEARTBEAT_TIMEOUT.")
@click.option("--cleanup", is_flag=True, help="Take the jobs of those out of their hands, so that they run again.")
@click.option("--schedules", is_flag=True, help="Also the schedules.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def inspect(
    database_url: str | None, target: str | None, stale: bool, cleanup: bool, schedules: bool, as_json: bool
) -> None:
    """Show the workers, and the jobs in their hands.

    Nobody needs --cleanup while a worker runs: each looks after the others, and sooner.

    \b
    Examples:
      soniq inspect --stale
      soniq inspect --cleanup
      soniq inspect --schedules --json
    """
    seen = asyncio.run(_look(make_app(database_url, target), stale, cleanup, schedules))
    if as_json:
        print_json({**seen, "jobs": [dict(job) for job in seen["jobs"]]} | _plain_schedules(seen))
    else:
        _print(seen, stale)


async def _look(app: Soniq, stale: bool, cleanup: bool, schedules: bool) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    async with app:
        if cleanup:
            seen["rescued"] = await app.rescue_jobs()
        workers = await (app.get_stale_workers() if stale else app.get_workers())
        held = await app.list_jobs(status="processing", limit=1000)
        holders = {worker.id for worker in workers}
        seen |= {"workers": workers, "jobs": [job for job in held if not stale or job.worker_id in holders]}
        if schedules:
            seen["schedules"] = await app.scheduler.list()
    return seen


def _plain_schedules(seen: dict[str, Any]) -> dict[str, Any]:
    return {"schedules": [dict(one) for one in seen["schedules"]]} if "schedules" in seen else {}


def _print(seen: dict[str, Any], stale: bool) -> None:
    if "rescued" in seen:
        rescued = seen["rescued"]
        click.echo(f"{counted(rescued.jobs, 'job')} to run again, {counted(rescued.ended, 'dead letter')}\n")
    if stale and not seen["workers"]:
        click.echo("no worker is gone")
    else:
        print_workers(seen["workers"])
    if seen["jobs"]:
        click.echo()
        print_jobs(seen["jobs"])
    if "schedules" in seen:
        click.echo()
        print_schedules(seen["schedules"])
