"""Find the exercises: every file of the course is one."""

import difflib
import pkgutil
from importlib import import_module

from soniq.errors import OptionInvalid
from soniq.lab.exercises import course
from soniq.lab.exercises.exercise import Exercise


def names() -> list[str]:
    """Name every exercise, in no order; none is imported for it."""
    return [module.name for module in pkgutil.iter_modules(course.__path__)]


def find(name: str) -> Exercise:
    """Find an exercise by its name.

    Raises:
        OptionInvalid: There is none; the message suggests the nearest.
    """
    known = names()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
        raise OptionInvalid(f"no exercise is named {name!r}{meant}", name=name, known=known)
    found: Exercise = import_module(f"{course.__name__}.{name}").EXERCISE
    return found


def exercises() -> list[Exercise]:
    """Give every exercise, in the order of their numbers."""
    return sorted(map(find, names()), key=lambda each: each.number)
