"""Which app a command is about: `module:attribute`, or one made from the settings."""

import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from soniq.app import Soniq

F = TypeVar("F", bound=Callable[..., Any])


def database_options(command: F) -> F:
    """Add the options that say which database, and which app, a command is about."""
    command = click.option("--database-url", metavar="URL", help="PostgreSQL URL; SONIQ_DATABASE_URL by default.")(
        command
    )
    return click.option(
        "--app", "target", metavar="MODULE:APP", help="Take the database and schema from this app instead."
    )(command)


def make_app(database_url: str | None, target: str | None) -> Soniq:
    """Return the app that the options name.

    Raises:
        click.UsageError: Both are given, or the target cannot be imported.
    """
    if target is None:
        return Soniq(database_url)
    if database_url is not None:
        raise click.UsageError("give --app or --database-url, not both: the app knows its database")
    return load_app(target)


def app_of(context: click.Context, database_url: str | None, target: str | None) -> Soniq:
    """Return the app that a subcommand's options name, or those of its group, which left them in `context.obj`.

    Raises:
        click.UsageError: As `make_app`.
    """
    if database_url is None and target is None:
        database_url, target = context.obj
    return make_app(database_url, target)


def load_app(target: str) -> Soniq:
    """Import `module:attribute`; the attribute is `app` where none is named.

    Raises:
        click.UsageError: The module is not there, fails, or holds no Soniq app under that name.
    """
    module_name, _, path = target.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found: Any = import_module(module_name)
        for name in (path or "app").split("."):
            found = getattr(found, name)
    except Exception as error:  # whatever the user's module does at import
        raise click.UsageError(_explain(target, module_name, error)) from error
    if not isinstance(found, Soniq):
        raise click.UsageError(f"{target} is {type(found).__name__}, not a Soniq app; write MODULE:ATTRIBUTE")
    return found


def _explain(target: str, module_name: str, error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name and module_name.startswith(error.name):
        return f"there is no module {error.name!r} here; run the command where `import {module_name}` works"
    if isinstance(error, AttributeError) and getattr(error, "obj", None) is sys.modules.get(module_name):
        return f"{module_name} has no {error.name!r}; write MODULE:ATTRIBUTE, such as {module_name}:app"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"importing {target} failed: {type(error).__name__}: {error} ({last.filename}, line {last.lineno})"
