"""`soniq worker`: run jobs."""

import asyncio
import logging
import os
import sys
from typing import Final

import click

from soniq.app import Soniq
from soniq.cli.log import log_to_terminal
from soniq.cli.table import counted
from soniq.cli.target import load_app

STILL_RUNNING: Final = 1


@click.command()
@click.argument("target", metavar="MODULE:APP")
@click.option("--concurrency", type=click.IntRange(1), help="Jobs at once; SONIQ_CONCURRENCY by default.")
@click.option("--queues", metavar="A,B", help="Serve these queues; SONIQ_QUEUES by default, else every queue.")
@click.option("--run-once", is_flag=True, help="Run everything that is due, then exit.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="SONIQ_LOG_LEVEL by default.",
)
def worker(target: str, concurrency: int | None, queues: str | None, run_once: bool, log_level: str | None) -> None:
    """Run the jobs of an app until SIGTERM or Ctrl-C.

    MODULE:APP names the Soniq app in your code, such as shop.jobs:app; import your tasks there. The
    first signal lets running jobs finish: async ones within SONIQ_SHUTDOWN_TIMEOUT seconds, then they
    are handed back; plain functions, which cannot be interrupted, for as long as they take. A second
    signal ends the process all the same, with status 1 where a handler was still running: another
    worker runs its job again, and the attempt counts.

    \b
    Examples:
      soniq worker shop.jobs:app
      soniq worker shop.jobs:app --queues billing,mail --concurrency 20
      soniq worker shop.jobs:app --run-once
    """
    app = load_app(target)
    log_to_terminal(log_level or app.settings.log_level)
    if not len(app.registry):
        click.echo(f"soniq worker: the app has no tasks; import the modules that define them in {target}", err=True)
    names = [name.strip() for name in queues.split(",") if name.strip()] if queues else None
    served = ", ".join(names or app.settings.queues or ["every queue"])
    click.echo(f"soniq worker: {counted(len(app.registry), 'task')}, {served}", err=True)
    ran = asyncio.run(_work(app, concurrency, names, run_once))
    click.echo(f"soniq worker: ended after {counted(ran, 'attempt')}", err=True)


async def _work(app: Soniq, concurrency: int | None, queues: list[str] | None, run_once: bool) -> int:
    async with app:
        try:
            return await app.run_worker(concurrency=concurrency, run_once=run_once, queues=queues)
        finally:
            if app.handlers_left:
                _end_hard(app.handlers_left)


def _end_hard(handlers: int) -> None:
    """End the process at once: Python would wait for threads, and for tasks that will not be cancelled."""
    click.echo(f"soniq worker: ended with {counted(handlers, 'handler')} still running", err=True)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STILL_RUNNING)
