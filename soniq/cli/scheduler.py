"""`soniq scheduler`: make ticks into jobs, and run none."""

import asyncio

import click

from soniq.app import Soniq
from soniq.cli.log import log_to_terminal
from soniq.cli.running import app_options, load_with_jobs, say_target


@click.command()
@app_options
@click.option(
    "--check-interval",
    type=click.FloatRange(0.05, 60),
    default=1.0,
    show_default=True,
    help="Seconds within which it sees what others change.",
)
def scheduler(target: str | None, named: str | None, modules: str | None, check_interval: float) -> None:
    """Turn the ticks of schedules into jobs until SIGTERM or Ctrl-C, and run no jobs.

    Nobody needs this: every worker does so, one of them at a time. It is for those who want the clock
    apart from the work. It may run twice, and beside workers: each tick still becomes one job.

    \b
    Examples:
      soniq scheduler shop.jobs:app
    """
    app = load_with_jobs(say_target(target, named), modules)
    log_to_terminal(app.settings.log_level)
    click.echo("soniq scheduler: started", err=True)
    asyncio.run(_run(app, check_interval))
    click.echo("soniq scheduler: ended", err=True)


async def _run(app: Soniq, check_interval: float) -> None:
    async with app:
        await app.scheduler.run(check_interval)
