"""How many jobs of a key run at once, and what makes a job's key."""

import json
from collections.abc import Set
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

from soniq.errors import OptionInvalid

KEY_LENGTH: Final = 200
MOST: Final = 1_000_000
CONCURRENCY, KEY = "concurrency", "concurrency_key"


@dataclass(frozen=True, slots=True)
class Limit:
    """What a task says about its jobs.

    Attributes:
        concurrency: Jobs of one key at once, over all workers.
        template: The key, with `{argument}` where an argument's value goes; None for one key, the task's name.
    """

    concurrency: int
    template: str | None = None


def check_limit(concurrency: object, template: object) -> Limit | None:
    """Return what a task's options say; None where they set no limit. A key alone means one at a time.

    Raises:
        OptionInvalid: The limit is no whole number of at least 1, or the template is none.
    """
    if concurrency is None and template is None:
        return None
    most = 1 if concurrency is None else check_concurrency(concurrency)
    return Limit(most, None if template is None else _checked(template))


def check_concurrency(concurrency: object) -> int:
    """Return a limit.

    Raises:
        OptionInvalid: It is no whole number of at least 1.
    """
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or not 1 <= concurrency <= MOST:
        raise OptionInvalid(
            f"`concurrency` must be a whole number from 1 to {MOST}, not {concurrency!r}", option=CONCURRENCY
        )
    return concurrency


def check_key(key: object) -> str:
    """Return a job's key.

    Raises:
        OptionInvalid: It is no text, empty, too long, or has characters that Postgres cannot store.
    """
    if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH or not key.isprintable():
        raise OptionInvalid(
            f"`concurrency_key` must be printable text of 1 to {KEY_LENGTH} characters, not {key!r}", option=KEY
        )
    return key


def check_arguments(task: str, limit: Limit, given: Set[str] | None) -> None:
    """Refuse a template that names what a call need not have.

    Args:
        task: The task's name.
        limit: What it says.
        given: The arguments that every call gives; None where that is not known.

    Raises:
        OptionInvalid: A name in it is no argument of the task, or one with a default.
    """
    if limit.template is None or given is None:
        return
    for name in sorted(_names(limit.template) - given):
        raise OptionInvalid(
            f"task {task!r}: `concurrency_key` names `{name}`, which is no argument that every call gives",
            option=KEY,
            task=task,
        )


def key_of(task: str, limit: Limit, args: str) -> str:
    """Return the key of a job whose call names none.

    Args:
        task: The task's name; the key where the task has no template.
        limit: What the task says.
        args: The job's arguments as JSON text, so that two calls with equal values have one key.

    Raises:
        OptionInvalid: An argument in the template is no text, whole number or true or false, or the key is too long.
    """
    if limit.template is None:
        return task
    given = json.loads(args)
    values = {name: _value(task, name, given.get(name)) for name in _names(limit.template)}
    return check_key(limit.template.format_map(values))


def _value(task: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise OptionInvalid(
        f"task {task!r}: argument `{name}` in `concurrency_key` must be text or a whole number, not {value!r}",
        option=KEY,
        task=task,
    )


def _checked(template: object) -> str:
    text = check_key(template)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise OptionInvalid(f"`concurrency_key` is {text!r}: {error}; `{{{{` is a brace itself", option=KEY) from error
    for _, name, spec, conversion in parts:
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise OptionInvalid(
                f"`concurrency_key` is {text!r}: in braces it takes an argument's name and nothing else", option=KEY
            )
    return text


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
