"""Spans of time, a lane for each actor: who did what while the others did something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soniq.lab.plots.chart import Chart
from soniq.lab.plots.ink import INK, look

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted.

    Attributes:
        lane: Whose.
        start: When it began, in the chart's unit.
        end: When it was over.
        label: What it was, in a character or three.
        kind: Which look it has: 0 is good, 1 is bad.
    """

    lane: str
    start: float
    end: float
    label: str
    kind: int = 0


def spans(title: str, unit: str, given: Sequence[Span], until: float = 0) -> Chart:
    """Chart spans over time, lane below lane in the order of their names.

    Args:
        title: What is shown.
        unit: What time is counted in.
        given: The spans.
        until: The least that the axis shows, so that charts can be compared.
    """
    lanes = sorted({each.lane for each in given})

    def paint(axes: "Axes") -> None:
        for each in given:
            style, at = look(each.kind), lanes.index(each.lane)
            axes.barh(
                at, each.end - each.start, left=each.start, height=0.6,
                facecolor="none", edgecolor=style.colour, linewidth=1.6, linestyle=style.dash,
            )  # fmt: skip
            middle = (each.start + each.end) / 2
            axes.text(middle, at, each.label, ha="center", va="center", color=INK, fontsize=9)
        axes.set_yticks(range(len(lanes)), lanes)
        axes.set_ylim(len(lanes) - 0.5, -0.5)
        axes.set_xlim(0, max([until, *[each.end for each in given]]) * 1.01)
        axes.set_xlabel(unit)
        axes.tick_params(axis="y", length=0)

    return Chart(title, _told(unit, lanes, given), paint, height=80 + 40 * len(lanes))


def _told(unit: str, lanes: Sequence[str], given: Sequence[Span]) -> str:
    told = [f"{unit}:"]
    for lane in lanes:
        own = sorted((each for each in given if each.lane == lane), key=lambda each: each.start)
        told.append(f"- {lane}: " + ", ".join(f"{each.label} {each.start:,.0f}–{each.end:,.0f}" for each in own))
    return "\n".join(told)
