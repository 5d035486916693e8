"""Find the exercises: every file of the course is one."""

import pkgutil
from importlib import import_module

from soniq.lab.exercises import course
from soniq.lab.exercises.exercise import Exercise
from soniq.lab.named import check_name


def names() -> list[str]:
    """Name every exercise, in no order; none is imported for it."""
    return [module.name for module in pkgutil.iter_modules(course.__path__)]


def find(name: str) -> Exercise:
    """Find an exercise by its name.

    Raises:
        OptionInvalid: There is none; the message suggests the nearest.
    """
    check_name(name, names(), "no exercise is named")
    found: Exercise = import_module(f"{course.__name__}.{name}").EXERCISE
    return found


def exercises() -> list[Exercise]:
    """Give every exercise, in the order of their numbers."""
    return sorted(map(find, names()), key=lambda each: each.number)
