"""Let matplotlib draw, and make of its SVG one that may stand on a page among others."""

import html
import io
import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from soniq.lab.plots.ink import GRID, INK, SOFT, named

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Paint = Callable[["Axes"], None]

DOTS_PER_INCH: Final = 72  # then a point of matplotlib's is a pixel of the page
FONT: Final = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
SETTINGS: Final[dict[str, Any]] = {
    "svg.fonttype": "none",  # words stay words: they can be searched, read aloud and take the page's colour
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.color": SOFT,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "legend.frameon": False,
    "hatch.linewidth": 1.2,
}


def draw(paint: Paint, size: tuple[int, int], name: str) -> str:
    """Draw axes by `paint` and return their SVG, whose ids and classes begin with `name`.

    Raises:
        ImportError: matplotlib is not installed; it comes with the `lab` extra.
    """
    # What it says while it reads the machine's fonts for the first time is nothing for a learner's page.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl  # noqa: PLC0415 - takes a second, and is an extra
    from matplotlib.figure import Figure  # noqa: PLC0415

    width, height = size
    page = io.StringIO()
    settings: Any = {**SETTINGS, "svg.hashsalt": name}  # its stubs list every key that there is
    with mpl.rc_context(settings):
        inches = (width / DOTS_PER_INCH, height / DOTS_PER_INCH)
        figure = Figure(figsize=inches, dpi=DOTS_PER_INCH, layout="constrained")
        paint(figure.add_subplot())
        for part in (figure, figure.axes[0]):
            part.patch.set_visible(False)
        figure.savefig(page, format="svg", metadata={"Date": None, "Creator": None})
    return _for_a_page(page.getvalue(), size, name)


def entitled(svg: str, title: str, words: str) -> str:
    """Give a drawing its name and its story, for whoever cannot see it."""
    told = f"<title>{html.escape(title)}</title><desc>{html.escape(words)}</desc>"
    return re.sub(r"(<svg [^>]*>)", lambda found: found[1] + told, svg, count=1)


def _for_a_page(svg: str, size: tuple[int, int], name: str) -> str:
    width, height = size
    body = svg[svg.index("<defs>") :]
    body = re.sub(r'<style type="text/css">.*?</style>', "", body, flags=re.S)  # it speaks to the whole page
    body = re.sub(r'<g id="[^"]*">', "<g>", body)
    body = re.sub(r'id="(\w+)"', rf'id="{name}-\1"', body)
    body = re.sub(r'(#)(\w+)(?="|\))', lambda found: _reference(found[2], name), body)
    body = re.sub(r"font-family:[^;\"]*|font: ([\d.]+px) [^;\"]*", lambda found: _font(found[1]), body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img"'
        f' class="{name}-drawing" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    )
    return named(head + re.sub(r"\s*\n\s*", " ", body).strip())


def _reference(to: str, name: str) -> str:
    is_colour = re.fullmatch("[0-9a-f]{6}", to) is not None
    return f"#{to}" if is_colour else f"#{name}-{to}"


def _font(size: str | None) -> str:
    return f"font: {size} {FONT}" if size else f"font-family: {FONT}"
