"""Bars: a few things side by side."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from soniq.lab.plots.chart import Chart
from soniq.lab.plots.ink import INK, look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BAR: Final = look(2).colour  # its name stands beside it


def bars(title: str, unit: str, values: Mapping[str, float]) -> Chart:
    """Chart one value for each name, each written at its bar.

    Args:
        title: What is shown.
        unit: What the values count.
        values: By name, from top to bottom.
    """

    def paint(axes: "Axes") -> None:
        for at, (name, value) in enumerate(values.items()):
            axes.barh(name, value, height=0.6, facecolor=BAR)
            axes.annotate(said(value), (value, at), (5, 0), textcoords="offset points", va="center", color=INK)
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.margins(x=0.15)
        axes.tick_params(axis="y", length=0)

    told = "\n".join(f"- {name}: {said(value)}" for name, value in values.items())
    return Chart(title, f"{unit}:\n{told}", paint, height=90 + 44 * len(values))


def said(value: float) -> str:
    """Write a value as people read it."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"
