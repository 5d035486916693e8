"""How a command says which dead letters are meant: ids, filters, or all."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import click

from soniq.job import DeadLetterFilter

F = TypeVar("F", bound=Callable[..., Any])
# As people write them, and as `DeadLetterFilter` has them.
KEYS: Final = {
    "task": "task",
    "queue": "queue",
    "reason": "reason",
    "error": "error_class",
    "tag": "tags",
    "from": "from_time",
    "to": "to_time",
    "replayed": "replayed",
}
YES_AND_NO: Final = {"yes": True, "no": False}


def filter_options(command: F) -> F:
    """Add `--filter` and `--limit`."""
    command = click.option("--limit", type=click.IntRange(1), help="This many at most.")(command)
    return click.option(
        "--filter",
        "pairs",
        multiple=True,
        metavar="KEY=VALUE",
        help=f"Only those where it fits; KEY is one of {', '.join(KEYS)}. Repeatable: all have to fit.",
    )(command)


def choose(pairs: Sequence[str], limit: int | None) -> DeadLetterFilter:
    """Read the filters of a command.

    Raises:
        click.BadParameter: A pair is none, or its key or value is not known.
        OptionInvalid: A value cannot be one.
    """
    named: dict[str, Any] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or key not in KEYS:
            raise click.BadParameter(
                f"{pair!r} is not KEY=VALUE with a KEY of {', '.join(KEYS)}", param_hint="--filter"
            )
        if key == "tag":
            named["tags"] = (*named.get("tags", ()), value)
        elif KEYS[key] in named:
            raise click.BadParameter(f"{key!r} is given twice", param_hint="--filter")
        else:
            named[KEYS[key]] = _read(key, value)
    return DeadLetterFilter(**named, limit=limit)


def check_chosen(ids: Sequence[UUID], pairs: Sequence[str], everything: bool, limit: int | None, dry_run: bool) -> None:
    """Check that a command that writes says which ones, in one way.

    Raises:
        click.UsageError: It does not, or in several.
    """
    if ids and (pairs or everything or limit):
        raise click.UsageError("give ids, or choose with --filter, --all and --limit, not both")
    if ids and dry_run:
        raise click.UsageError(
            "--dry-run counts what --filter or --all would choose; with ids there is nothing to count"
        )
    if everything and pairs:
        raise click.UsageError("give --all or --filter, not both")
    if not ids and not pairs and not everything:
        raise click.UsageError("say which ones: ids, --filter KEY=VALUE, or --all")


def _read(key: str, value: str) -> Any:
    if key in ("from", "to"):
        return _moment(value)
    if key == "replayed":
        if value not in YES_AND_NO:
            raise click.BadParameter(f"replayed={value!r}: it is yes or no", param_hint="--filter")
        return YES_AND_NO[value]
    return value


def _moment(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no date or time, such as 2027-01-31 or 2027-01-31T09:00+01:00", param_hint="--filter"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
