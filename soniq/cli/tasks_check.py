"""`soniq tasks-check`: does an app have the tasks that a package refers to?"""

import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

import click

from soniq import TaskRef
from soniq.cli.doctor import print_finding
from soniq.cli.running import load_with_jobs, modules_option
from soniq.cli.table import print_json

WRONG: Final = 1


@click.command("tasks-check")
@click.argument("package")
@click.option("--app", "target", metavar="MODULE:APP", help="The app that has the tasks.")
@modules_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def tasks_check(package: str, target: str | None, modules: str | None, as_json: bool) -> int:
    """Check each `task_ref` in PACKAGE, its modules included, against the tasks of an app.

    A name that the app does not have is wrong, and so are arguments that its task does not take or would
    miss. No database is asked: run it where both can be imported, such as in the tests of either.

    \b
    Examples:
      soniq tasks-check shop.contracts --app billing.jobs:app
      soniq tasks-check shop.contracts --app billing.jobs:app --json

    Exits with 1 where something is wrong, or PACKAGE holds no reference.
    """
    app = load_with_jobs(target, modules)
    findings = app.check_refs({ref for module in _modules(package) for ref in _refs(module)})
    if as_json:
        print_json(findings)
    for finding in () if as_json else findings:
        print_finding(finding, max(len(one.check) for one in findings))
    if not findings:
        click.echo(f"no reference in {package}: make one with `task_ref(name=…)`", err=True)
    return WRONG if not findings or any(one.level == "wrong" for one in findings) else 0


def _modules(package: str) -> Iterator[ModuleType]:
    sys.path.insert(0, str(Path.cwd()))
    try:
        root = import_module(package)
        yield root
        for below in pkgutil.walk_packages(getattr(root, "__path__", []), f"{package}."):
            yield import_module(below.name)
    except Exception as error:  # whatever the user's modules do at import
        raise click.UsageError(f"importing {package} failed: {type(error).__name__}: {error}") from error


def _refs(module: ModuleType) -> list[TaskRef]:
    return [value for value in vars(module).values() if isinstance(value, TaskRef)]
