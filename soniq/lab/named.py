"""Find what a learner names."""

import difflib
from collections.abc import Iterable

from soniq.errors import OptionInvalid


def check_name(name: str, known: Iterable[str], no_such: str) -> None:
    """Refuse a name that nothing has.

    Args:
        name: What was said.
        known: What could have been.
        no_such: How the refusal begins: `no exercise is named`.

    Raises:
        OptionInvalid: There is none; the message suggests the nearest, or names all.
    """
    names = list(known)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
        raise OptionInvalid(f"{no_such} {name!r}; {meant}", name=name, known=names)
