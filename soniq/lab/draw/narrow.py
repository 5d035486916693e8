"""Lay a story out for a phone: time runs down, lanes stand side by side, the words have a column.

No label can meet another label or an arrow: each step has a row, and the words stand beside the lanes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from soniq.lab.draw.flags import Flag, depth, hang, placed, pole
from soniq.lab.draw.frame import MARGIN, framed, title_block, with_poles
from soniq.lab.draw.measure import wrap
from soniq.lab.draw.plot import Plot, Step
from soniq.lab.draw.scene import Label, Scene
from soniq.lab.draw.shapes import BAND_HALF, Grid, shapes, tone
from soniq.lab.draw.words import label, pause
from soniq.lab.record.events import Lane

WIDTH: Final = 350.0
WORDS_MIN: Final = 110.0
LANE_PITCH: Final = 36.0
TRACK_PITCH: Final = 28.0
ROW_MIN: Final = 30.0
ROW_AIR: Final = 12.0
PAUSE_ROW: Final = 34.0


def narrow(plot: Plot) -> Scene:
    """Lay the story out, 350 pixels wide."""
    across, words_x = _lanes(plot)
    canvas = max(WIDTH, words_x + WORDS_MIN + MARGIN)
    words = [_words(step, words_x, canvas - MARGIN - words_x) for step in plot.steps]
    title = title_block(plot.title, canvas)
    heads = hang([Flag(across[lane], Label(0, 0, (plot.names[lane],), 12, "bold", "soft")) for lane in plot.lanes])
    top = MARGIN + sum(block.height + 8 for block in title) + depth(heads)
    at, bottom = _rows(plot, words, top + 4)
    cuts = tuple(_cut(step, words, at) for step in plot.steps if step.pause_s)
    grid = Grid(at, across, TRACK_PITCH, top, bottom, cuts, standing=True)
    labels = [*title, *(placed(head, top, -1) for head in heads), *_beside(plot, words, grid)]
    poles = [pole(head, top, -1) for head in heads]
    return framed(plot.verdict, with_poles(shapes(plot, grid), poles), labels, canvas, bottom + 8)


def _words(step: Step, x: float, room: float) -> Label:
    text = label(step)
    return Label(x, 0, wrap(text, room, 12, max_lines=3), tone=tone(step), full=text)


def _lanes(plot: Plot) -> tuple[dict[Lane, float], float]:
    """Place the lanes, and say where the words begin."""
    across: dict[Lane, float] = {}
    x = MARGIN + BAND_HALF
    for lane in plot.lanes:
        across[lane] = x
        x += LANE_PITCH + ((plot.tracks - 1) * TRACK_PITCH if lane == "postgres" else 0)
    return across, x - LANE_PITCH + BAND_HALF + 14


def _rows(plot: Plot, words: Sequence[Label], top: float) -> tuple[tuple[float, ...], float]:
    """Place the steps, each in the middle of its row, and say where the lanes end."""
    at = []
    for step, word in zip(plot.steps, words, strict=True):
        top += PAUSE_ROW if step.pause_s else 0
        row = max(ROW_MIN, word.height + ROW_AIR)
        at.append(top + row / 2)
        top += row
    return tuple(at), top + ROW_AIR


def _cut(step: Step, words: Sequence[Label], at: Sequence[float]) -> float:
    """Where the wait before a step is cut short."""
    return at[step.number] - max(ROW_MIN, words[step.number].height + ROW_AIR) / 2 - PAUSE_ROW / 2


def _beside(plot: Plot, words: Sequence[Label], grid: Grid) -> Iterable[Label]:
    for step, word in zip(plot.steps, words, strict=True):
        yield replace(word, y=grid.at[step.number] - word.height / 2)
        if step.pause_s:
            wait = Label(word.x, 0, (pause(step.pause_s),), 11, "sans", "soft")
            yield replace(wait, y=_cut(step, words, grid.at) - wait.height / 2)
