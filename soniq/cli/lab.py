"""`soniq lab`: the real servers of the lessons, without Docker."""

import contextlib
import os
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from soniq.cli.demo import require_lab
from soniq.cli.table import print_table


@click.group(invoke_without_command=True)
@click.option("--docker", is_flag=True, help="Use Docker's Postgres instead of the embedded one.")
@click.pass_context
def lab(context: click.Context, docker: bool) -> None:
    """Start the lab's Postgres and Valkey and keep them until Ctrl-C.

    Prints their URLs as shell lines, so that other terminals can use the same servers. Both stop with
    their last user, however it ends; their data stays. SONIQ_DATABASE_URL, where set, is used instead.

    \b
    Examples:
      soniq lab
      soniq lab status
      soniq lab open notebooks
    """
    require_lab()
    if docker:
        os.environ["SONIQ_LAB_POSTGRES"] = "docker"
    if context.invoked_subcommand is None:
        click.echo(f"export SONIQ_DATABASE_URL={_servers().find_postgres()}")
        click.echo(f"export SONIQ_LAB_VALKEY_URL={_servers().find_valkey()}")
        click.echo("the servers run; Ctrl-C ends them", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


@lab.command("open")
@click.argument("folder", default="notebooks", type=click.Path(file_okay=False, path_type=Path))
def open_lessons(folder: Path) -> None:
    """Open JupyterLab on the first lesson in FOLDER, by default `notebooks`, as in a clone of the project.

    Prints the address where there is no browser. Ctrl-C, twice, ends it.
    """
    lessons = sorted(folder.glob("[0-9]*.ipynb"))
    if not lessons:
        raise click.BadParameter(
            f"there are no lessons in {folder}; name the folder that has them", param_hint="FOLDER"
        )
    first = f"--LabApp.default_url=/lab/tree/{lessons[0].name}"
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}", first, "--log-level=WARN"]
    os.execv(sys.executable, [*command, "--allow-root"] if os.geteuid() == 0 else command)  # Ctrl-C is JupyterLab's


@lab.command()
def status() -> None:
    """Show which of the lab's servers run, and where."""
    reports = _servers().describe()
    print_table(
        ["SERVER", "RUNNING", "PID", "FOLDER"],
        [[r.name, "yes" if r.running else "no", r.pid, r.folder] for r in reports],
    )


def _servers() -> Any:
    return import_module("soniq.lab.servers")
