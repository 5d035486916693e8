"""Say a statement written with `$n` for drivers that count `%s`."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

# Comments speak of `$n` too, and a text may hold a sign that means something to the driver.
_TOKENS: Final = re.compile(r"(?P<comment>--[^\n]*\n?)|(?P<text>'[^']*')|\$(?P<number>\d+)|(?P<percent>%)")


@cache
def percent_style(statement: str) -> tuple[str, tuple[int, ...]]:
    """Return the text with `%s`, and which parameter (from 0) each of them takes."""
    order: list[int] = []

    def replaced(token: re.Match[str]) -> str:
        if token["number"]:
            order.append(int(token["number"]) - 1)
            return "%s"
        return "" if token["comment"] else token[0].replace("%", "%%")

    return _TOKENS.sub(replaced, statement), tuple(order)


def in_order(parameters: Sequence[object], order: Sequence[int]) -> tuple[object, ...]:
    """Repeat the parameters as the placeholders ask for them."""
    return tuple(parameters[index] for index in order)
