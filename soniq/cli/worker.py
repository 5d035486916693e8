"""`soniq worker`: run jobs."""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any, Final

import click

from soniq.app import Soniq
from soniq.cli.log import log_to_terminal
from soniq.cli.probes import probes
from soniq.cli.processes import Nursery, end_with_parent, python_command
from soniq.cli.running import app_options, load_with_jobs, say_target
from soniq.cli.table import counted

STILL_RUNNING: Final = 1
Served = list[str] | dict[str, int]


@click.command()
@app_options
@click.option("--concurrency", type=click.IntRange(1), help="Jobs at once; SONIQ_CONCURRENCY by default.")
@click.option(
    "--queues",
    metavar="A,B=3",
    help="Serve these queues; SONIQ_QUEUES by default, else every queue. A number says how often one is asked first.",
)
@click.option("--run-once", is_flag=True, help="Run everything that is due, then exit.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="SONIQ_LOG_LEVEL by default.",
)
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True, help="So many workers, each alone.")
@click.option("--reload", is_flag=True, help="For development: start anew when a Python file below here changes.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that is there, and fresh, while the worker takes jobs; PATH.1, PATH.2, … with --processes.",
)
@click.option(
    "--http-port",
    type=click.IntRange(1, 65535),
    help="Answer GET /ready and /live there; the following ports too with --processes.",
)
@click.option("--parent", type=int, hidden=True, help="The pipe that closes when the parent ends.")
def worker(target: str | None, queues: str | None, parent: int | None, **options: Any) -> int:
    """Run the jobs of an app until SIGTERM or Ctrl-C.

    MODULE:APP names the Soniq app in your code, such as shop.jobs:app; import your tasks there, or name
    their modules with --jobs-modules, where an app that stands in them need not be named. The
    first signal lets running jobs finish: async ones within SONIQ_SHUTDOWN_TIMEOUT seconds, then they
    are handed back; plain functions, which cannot be interrupted, for as long as they take. A second
    signal ends the process all the same, with status 1 where a handler was still running: another
    worker runs its job again, and the attempt counts.

    With --processes, each that dies is started again, after a pause that grows; signals reach all of
    them, and the exit status is the worst of theirs.

    \b
    Examples:
      soniq worker shop.jobs:app
      soniq worker shop.jobs:app --queues billing,mail --concurrency 20
      soniq worker shop.jobs:app --queues billing=3,mail --processes 4 --http-port 8080
      soniq worker shop.jobs:app --run-once
      soniq worker shop.jobs:app --reload
    """
    served = _parsed(queues) if queues else None
    target = say_target(target, options["named"])
    if options["processes"] > 1 or options["reload"]:
        return _run_several(target, queues, options)
    if parent is not None:
        end_with_parent(parent)
    app = load_with_jobs(target, options["modules"])
    log_to_terminal(options["log_level"] or app.settings.log_level)
    _introduce(app, target or "its module", served)
    with probes(app, options["ready_file"], options["http_port"]):
        ran = asyncio.run(_work(app, options["concurrency"], served, options["run_once"]))
    click.echo(f"soniq worker: ended after {counted(ran, 'attempt')}", err=True)
    return 0


def _introduce(app: Soniq, target: str, served: Served | None) -> None:
    if not len(app.registry):
        click.echo(f"soniq worker: the app has no tasks; import the modules that define them in {target}", err=True)
    names = ", ".join(served or app.settings.queues or ["every queue"])
    click.echo(f"soniq worker: {counted(len(app.registry), 'task')}, {names}", err=True)


def _parsed(queues: str) -> Served:
    """Read `billing=3,mail`: names where no weight is given, else names and weights."""
    weights: dict[str, int] = {}
    weighted = False
    for part in filter(None, (each.strip() for each in queues.split(","))):
        name, equals, weight = part.rpartition("=")
        if equals and weight.isdecimal():
            weights[name.strip()], weighted = int(weight), True
        else:
            weights[part] = 1
    return weights if weighted else list(weights)


def _run_several(target: str | None, queues: str | None, options: dict[str, Any]) -> int:
    number, reload = options["processes"], options["reload"]
    if reload and options["run_once"]:
        raise click.UsageError("give --reload or --run-once, not both")
    if not reload:
        load_with_jobs(target, options["modules"])  # a mistake is said once, not by each process again and again
    words = ["worker", *([target] if target else []), *_repeated(options), *(["--queues", queues] if queues else [])]

    def command(index: int, pipe: int) -> list[str]:
        return python_command(*words, *_own(options, index), "--parent", str(pipe))

    async def run() -> int:
        return await Nursery(command, again=not options["run_once"]).run(number, reload)

    return asyncio.run(run())


def _repeated(options: dict[str, Any]) -> list[str]:
    """Say the options again that each process gets as they are."""
    words = ["--run-once"] if options["run_once"] else []
    for name, option in (("concurrency", "--concurrency"), ("log_level", "--log-level"), ("modules", "--jobs-modules")):
        if options[name] is not None:
            words += [option, str(options[name])]
    return words


def _own(options: dict[str, Any], index: int) -> list[str]:
    """Say the options of which each process gets its own."""
    words = []
    if options["ready_file"] is not None:
        suffix = f".{index + 1}" if options["processes"] > 1 else ""
        words += ["--ready-file", f"{options['ready_file']}{suffix}"]
    if options["http_port"] is not None:
        words += ["--http-port", str(options["http_port"] + index)]
    return words


async def _work(app: Soniq, concurrency: int | None, queues: Served | None, run_once: bool) -> int:
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
