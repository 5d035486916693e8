"""Check the numbers that people give: `True` is none, although Python says it is 1."""

from datetime import timedelta
from typing import Final, TypeGuard

from soniq.errors import OptionInvalid

LONGEST_SECONDS: Final = 1e9  # thirty years; a timedelta and Postgres's interval hold it


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether it is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether it is a number, whole or not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_whole(name: str, number: object, least: int, most: int | None = None) -> int:
    """Return a whole number of at least `least`, and of at most `most` where that is given.

    Raises:
        OptionInvalid: It is none, or out of range.
    """
    if is_whole(number) and number >= least and (most is None or number <= most):
        return number
    wanted = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise OptionInvalid(f"`{name}` must be a whole number {wanted}, not {number!r}", option=name)


def check_number(name: str, number: object, most: float) -> float:
    """Return a number of at least 0, whole or not.

    Raises:
        OptionInvalid: It is none, or out of range.
    """
    if is_number(number) and 0 <= number <= most:
        return number
    raise OptionInvalid(f"`{name}` must be a number from 0 to {most}, not {number!r}", option=name)


def check_seconds(name: str, value: object) -> float:
    """Return a time span in seconds, given as seconds or as a timedelta.

    Raises:
        OptionInvalid: It is none, below 0 or longer than thirty years.
    """
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if is_number(seconds) and 0 <= seconds <= LONGEST_SECONDS:
        return float(seconds)
    raise OptionInvalid(f"`{name}` must be seconds of at least 0, or a timedelta, not {value!r}", option=name)
