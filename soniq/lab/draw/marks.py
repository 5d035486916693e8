"""The outline of each small shape, as SVG path data around its centre."""

from typing import Final

from soniq.lab.draw.scene import MarkLook


def circle(radius: float) -> str:
    """A circle as path data."""
    r = f"{radius:g}"
    return f"m-{r} 0a{r} {r} 0 1 0 {2 * radius:g} 0a{r} {r} 0 1 0-{2 * radius:g} 0"


# Filled with the colour of the mark's tone.
FILLED: Final[dict[MarkLook, str]] = {
    "dot": circle(4),
    "row": circle(5),
    "found": circle(4),
    "job": "m-7-6h14v12h-14z",
    "fail": "m-7-7h14v14h-14z",
    "frozen": "m-6-7h4v14h-4zm8 0h4v14h-4z",
    "done": circle(8),
    "sent": "m-10-7h20v14h-20z",
    "start": "m-4-6l10 6-10 6z",
    "consistent": circle(11),
    "orphan": "m-12 10l12-21 12 21z",
    "lost": "m-10-10h20v20h-20z",
    "duplicate": "m-12 0l12-12 12 12-12 12z",
    "early": "m0-10a10 10 0 1 0 0 20z",
}
# Drawn as a line of the same colour, under the filled shape.
OUTLINED: Final[dict[MarkLook, str]] = {
    "kill": "m-8-8l16 16m0-16l-16 16",
    "missing": circle(5) + "m1.5 3.5l7-7",
    "note": circle(3.5),
    "early": circle(10),
    "late": circle(10),
}
# Drawn as a line of the ground's colour, upon the filled shape.
CARVED: Final[dict[MarkLook, str]] = {
    "fail": "m-3-3l6 6m0-6l-6 6",
    "done": "m-3.5 0l2.5 3 5-6",
    "sent": "m-10-6l10 7 10-7",
}
