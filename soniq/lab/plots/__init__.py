"""Charts of what was measured: labelled, with units, for light and dark pages, and in words."""

from soniq.lab.plots.bars import bars
from soniq.lab.plots.chart import Chart
from soniq.lab.plots.lines import Line, lines
from soniq.lab.plots.spans import Span, spans

__all__ = ["Chart", "Line", "Span", "bars", "lines", "spans"]
