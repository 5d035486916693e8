"""The colours of a chart: each is a variable of the page's style sheet, and no series differs by its colour alone."""

from dataclasses import dataclass
from typing import Final

from soniq.lab.draw.palette import DARK, LIGHT
from soniq.lab.draw.style import ON_DARK_PAGE, ON_LIGHT_PAGE

# Matplotlib wants colours and a page wants names: these stand for the names until the drawing is written.
INK: Final = "#010a01"
SOFT: Final = "#010a02"
GRID: Final = "#010a03"


@dataclass(frozen=True, slots=True)
class Look:
    """How one series differs from the others, with and without colour.

    Attributes:
        colour: Its placeholder.
        light: On a light page.
        dark: On a dark page.
        marker: The shape of its points, as matplotlib names it.
        dash: How its line is drawn, as matplotlib names it.
    """

    colour: str
    light: str
    dark: str
    marker: str
    dash: str


LOOKS: Final = (
    Look("#010b01", LIGHT.ok, DARK.ok, "o", "-"),
    Look("#010b02", LIGHT.bad, DARK.bad, "s", "--"),
    Look("#010b03", LIGHT.job, DARK.job, "^", "-."),
    Look("#010b04", "#6d28d9", "#c4a7ff", "D", ":"),
)


def look(at: int) -> Look:
    """Give the look of the series with this number; there are four, then they come again."""
    return LOOKS[at % len(LOOKS)]


def named(svg: str) -> str:
    """Put the names of the variables where the placeholders are."""
    for colour, name in _names().items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def variables(name: str) -> str:
    """Write the rules that give the variables their values under a class; a page's own word outranks the system's."""
    light = _values(LIGHT.ink, LIGHT.soft, LIGHT.line, [each.light for each in LOOKS])
    dark = _values(DARK.ink, DARK.soft, DARK.line, [each.dark for each in LOOKS])
    on_light, on_dark = (",".join(f"{page} .{name}" for page in pages) for pages in (ON_LIGHT_PAGE, ON_DARK_PAGE))
    return (
        f".{name}{{{light}}}@media(prefers-color-scheme:dark){{.{name}{{{dark}}}}}"
        f"{on_light}{{{light}}}{on_dark}{{{dark}}}"
    )


def _names() -> dict[str, str]:
    series = {each.colour: f"series{at}" for at, each in enumerate(LOOKS)}
    return {INK: "ink", SOFT: "soft", GRID: "grid", **series}


def _values(ink: str, soft: str, grid: str, series: list[str]) -> str:
    each = "".join(f"--series{at}:{colour};" for at, colour in enumerate(series))
    return f"--ink:{ink};--soft:{soft};--grid:{grid};{each}"
