"""The teaching kit: real servers without Docker, a bookshop, faults by name, and timelines of what happened.

Names arrive when first used, so that a process that needs one of them does not import the rest.
"""

from importlib import import_module
from typing import Any, Final

from soniq.lab.exercises.magic import start as _let_cells_be_exercises

EXPORTS: Final[dict[str, str]] = {
    "Order": "soniq.lab.shop",
    "Recorder": "soniq.lab.record",
    "compare": "soniq.lab.guess",
    "crash_matrix": "soniq.lab.board",
    "hint": "soniq.lab.exercises",
    "naive": "soniq.lab.shop",
    "open_shop": "soniq.lab.shop",
    "reset": "soniq.lab.exercises",
    "scoreboard": "soniq.lab.board",
    "show": "soniq.lab.source",
    "solution": "soniq.lab.exercises",
    "strike": "soniq.lab.board",
    "summary": "soniq.lab.exercises",
    "two_connections": "soniq.lab.stage",
    "timeline": "soniq.lab.draw",
}
PARTS: Final = (
    "board",
    "exercises",
    "failures",
    "faults",
    "hood",
    "plots",
    "running",
    "servers",
    "shapes",
    "shop",
    "work",
)


def __getattr__(name: str) -> Any:
    """Import a public name, or a part of the kit, when it is first asked for."""
    if name in EXPORTS:
        return getattr(import_module(EXPORTS[name]), name)
    if name in PARTS:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted([*EXPORTS, *PARTS])


_let_cells_be_exercises()
