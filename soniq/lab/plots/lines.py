"""Series of points: how one figure grows with another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from soniq.lab.plots.chart import Chart
from soniq.lab.plots.ink import look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKED: Final = 12  # points with a shape; more would be a ribbon
TOLD: Final = 6  # points in words, the first and the last among them


@dataclass(frozen=True, slots=True)
class Line:
    """One series.

    Attributes:
        name: As the legend says it.
        points: Pairs of x and y, by x.
    """

    name: str
    points: Sequence[tuple[float, float]]


def lines(title: str, x: str, y: str, series: Sequence[Line]) -> Chart:
    """Chart series over a common x.

    Args:
        title: What is shown.
        x: What it is shown over, with its unit.
        y: What is measured, with its unit.
        series: At most four.
    """

    def paint(axes: "Axes") -> None:
        for at, line in enumerate(series):
            style = look(at)
            xs, ys = [point[0] for point in line.points], [point[1] for point in line.points]
            axes.plot(
                xs, ys, color=style.colour, linestyle=style.dash, linewidth=2, label=line.name,
                marker=style.marker, markersize=6, markevery=max(1, len(xs) // MARKED),
            )  # fmt: skip
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.figure.legend(loc="outside upper left", alignment="left")

    return Chart(title, _told(x, y, series), paint)


def _told(x: str, y: str, series: Sequence[Line]) -> str:
    told = [f"{y}, by {x}:"]
    for line in series:
        step = max(1, (len(line.points) - 1) // (TOLD - 1))
        some = [*line.points[:-1:step], line.points[-1]] if line.points else []
        told.append(f"- {line.name}: " + ", ".join(f"{_said(y_)} at {_said(x_)}" for x_, y_ in some))
    return "\n".join(told)


def _said(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"
