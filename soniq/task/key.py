"""A job's key: text that a call gives, or a template that its arguments fill."""

import json
from collections.abc import Set
from string import Formatter
from typing import Any, Final

from soniq.errors import OptionInvalid

KEY_LENGTH: Final = 200


def check_key(key: object, option: str) -> str:
    """Return a job's key.

    Args:
        key: What was given.
        option: As what.

    Raises:
        OptionInvalid: It is no text, empty, too long, or has characters that Postgres cannot store.
    """
    if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH or not key.isprintable():
        raise OptionInvalid(
            f"`{option}` must be printable text of 1 to {KEY_LENGTH} characters, not {key!r}", option=option
        )
    return key


def check_template(template: object, option: str) -> str:
    """Return a task's template: text with `{argument}` where an argument's value goes.

    Raises:
        OptionInvalid: It is no key, or its braces hold something else than a name.
    """
    text = check_key(template, option)
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise OptionInvalid(f"`{option}` is {text!r}: {error}; `{{{{` is a brace itself", option=option) from error
    for _, name, spec, conversion in parts:
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise OptionInvalid(
                f"`{option}` is {text!r}: in braces it takes an argument's name and nothing else", option=option
            )
    return text


def check_arguments(task: str, template: str, option: str, given: Set[str]) -> None:
    """Refuse a template that names what a call need not have.

    Args:
        task: The task's name.
        template: What it says.
        option: As what.
        given: The arguments that every call gives.

    Raises:
        OptionInvalid: A name in it is no argument of the task, or one with a default.
    """
    for name in sorted(_names(template) - given):
        raise OptionInvalid(
            f"task {task!r}: `{option}` names `{name}`, which is no argument that every call gives",
            option=option,
            task=task,
        )


def fill(task: str, template: str, option: str, args: str) -> str:
    """Return the key that a template makes.

    Args:
        task: The task's name.
        template: What it says.
        option: As what.
        args: The job's arguments as JSON text, so that two calls with equal values have one key.

    Raises:
        OptionInvalid: An argument in the template is no text, whole number or true or false, or the key is too long.
    """
    given = json.loads(args)
    values = {name: _value(task, name, given.get(name), option) for name in _names(template)}
    return check_key(template.format_map(values), option)


def _value(task: str, name: str, value: Any, option: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise OptionInvalid(
        f"task {task!r}: argument `{name}` in `{option}` must be text or a whole number, not {value!r}",
        option=option,
        task=task,
    )


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}
