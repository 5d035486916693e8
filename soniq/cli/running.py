"""How a command names the app whose code it runs, and the modules that define its tasks."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from soniq.app import Soniq
from soniq.app.modules import import_modules
from soniq.cli.target import load_app
from soniq.errors import SettingsInvalid

F = TypeVar("F", bound=Callable[..., Any])


def modules_option(command: F) -> F:
    """Add `--jobs-modules`."""
    return click.option(
        "--jobs-modules",
        "modules",
        metavar="A,B",
        help="Import these too, which define tasks; SONIQ_JOBS_MODULES by default.",
    )(command)


def app_options(command: F) -> F:
    """Add MODULE:APP, as an argument or as `--app`, and `--jobs-modules`."""
    command = click.option("--app", "named", metavar="MODULE:APP", help="The same as MODULE:APP alone.")(
        modules_option(command)
    )
    return click.argument("target", metavar="[MODULE:APP]", required=False)(command)


def say_target(target: str | None, named: str | None) -> str | None:
    """Return the app's place however it was said, None where it was not.

    Raises:
        click.UsageError: It was said twice.
    """
    if target and named:
        raise click.UsageError("give MODULE:APP or --app, not both")
    return target or named


def load_with_jobs(target: str | None, modules: str | None) -> Soniq:
    """Import the app and the modules that define its tasks; the app is looked for in them where none is named.

    Raises:
        click.UsageError: There is no app, or something cannot be imported.
    """
    app = load_app(target) if target else None
    names = _split(modules) or (Soniq() if app is None else app).settings.jobs_modules or ()
    if app is None and not names:
        raise click.UsageError("name the app, MODULE:APP, or with --jobs-modules the modules that hold it")
    sys.path.insert(0, str(Path.cwd()))
    try:
        import_modules(names)
    except SettingsInvalid as error:
        raise click.UsageError(error.message) from error
    return _only_app(names) if app is None else app


def _split(modules: str | None) -> list[str]:
    return [name.strip() for name in (modules or "").split(",") if name.strip()]


def _only_app(names: Sequence[str]) -> Soniq:
    found = {id(value): value for name in names for value in vars(import_module(name)).values()}
    apps = [value for value in found.values() if isinstance(value, Soniq)]
    if len(apps) != 1:
        raise click.UsageError(f"{', '.join(names)} hold {len(apps) or 'no'} Soniq apps; name one, MODULE:APP")
    return apps[0]
