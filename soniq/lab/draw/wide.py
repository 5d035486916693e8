"""Lay a story out for a page: time runs to the right, lanes lie below each other.

No label can meet another label or an arrow, by construction. The first lane's labels stand above it and
the last lane's below it, where no arrow goes. The lanes between have captions under their line, and as
much room to the right as the caption needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from soniq.lab.draw.flags import INDENT, Flag, depth, hang, placed, pole
from soniq.lab.draw.frame import MARGIN, framed, title_block, with_poles
from soniq.lab.draw.measure import wrap
from soniq.lab.draw.plot import Plot, Step
from soniq.lab.draw.scene import Label, Scene
from soniq.lab.draw.shapes import BAND_HALF, LEAD, Grid, shapes, tone
from soniq.lab.draw.words import label, pause
from soniq.lab.record.events import Lane

WIDTH: Final = 700.0
LANES_START: Final = 100.0
FIRST_STEP: Final = 118.0
STEP_MIN: Final = 36.0
STEP_STRETCH_MAX: Final = 70.0
# 26 characters, fewer where the drawing would be wider than a page; a longer label is broken once, then
# ends in an ellipsis.
LABEL_ROOMS: Final = (193.0, 150.0, 112.0)
CAPTION_INDENT: Final = 9.0  # beside an arrow's head, and clear of the next one's
PAUSE_SIZE: Final = 11.0
GUTTER: Final = 56.0
TRACK_PITCH: Final = 30.0


def wide(plot: Plot) -> Scene:
    """Lay the story out, 700 pixels wide, and wider where its steps need it."""
    words, at, right = _fitting(plot)
    title = title_block(plot.title, right + MARGIN)
    above = hang(_flags(plot, words, at, 0))
    below = hang(_flags(plot, words, at, len(plot.lanes) - 1)) if len(plot.lanes) > 1 else ()
    top = MARGIN + sum(block.height + 10 for block in title) + depth(above) + _half(plot.lanes[0])
    across = _lanes(plot, words, top)
    cuts = tuple(_cut(step, at) for step in plot.steps if step.pause_s)
    grid = Grid(at, across, TRACK_PITCH, LANES_START, right, cuts)
    edges = (top - _half(plot.lanes[0]), _last_edge(plot, grid) + _half(plot.lanes[-1]))
    labels = [*title, *_names(plot, grid), *_captions(plot, words, grid), *_pauses(plot, grid)]
    labels += [placed(flag, edges[0], -1) for flag in above] + [placed(flag, edges[1], 1) for flag in below]
    poles = [pole(flag, edges[0], -1) for flag in above]
    poles += [pole(flag, edges[1], 1) for flag in below]
    room = depth(below) if len(plot.lanes) > 1 else GUTTER - BAND_HALF  # a wait is told under a sole lane
    drawn = with_poles(shapes(plot, grid), poles)
    return framed(plot.verdict, drawn, labels, right + MARGIN, edges[1] + room + 8)


def _fitting(plot: Plot) -> tuple[list[Label], tuple[float, ...], float]:
    """Give the labels as much room as a page has: their words, the places of the steps, the right edge."""
    for room in LABEL_ROOMS:
        words = [_words(step, room) for step in plot.steps]
        at, right = _columns(plot, words)
        if right <= WIDTH - MARGIN:
            break
    return words, at, right


def _words(step: Step, room: float) -> Label:
    text = label(step)
    return Label(0, 0, wrap(text, room, 12), tone=tone(step), full=text)


def _columns(plot: Plot, words: Sequence[Label]) -> tuple[tuple[float, ...], float]:
    """Place the steps, as far apart as fits, and say where the drawing ends to the right."""
    needs = [_need(plot, words, number) for number in range(1, len(words))]
    tight = list(accumulate(needs, initial=FIRST_STEP)) if words else []
    room = [WIDTH - MARGIN - INDENT - word.box.width - x for x, word in zip(tight, words, strict=True)]
    stretch = min([STEP_STRETCH_MAX, *(left / n for n, left in enumerate(room) if n)])
    at = tuple(x + number * max(stretch, 0.0) for number, x in enumerate(tight))
    ends = [x + INDENT + word.box.width for x, word in zip(at, words, strict=True)]
    return at, max([WIDTH - MARGIN, *ends])


def _need(plot: Plot, words: Sequence[Label], number: int) -> float:
    """The least room between a step and the one before it."""
    before, step = plot.steps[number - 1], plot.steps[number]
    caption = words[number - 1].box.width + 2 * CAPTION_INDENT if _is_between(plot, before) else 0.0
    wait = _pause_label(step).box.width + 2 * LEAD if step.pause_s else 0.0
    return max(STEP_MIN, caption + wait)


def _is_between(plot: Plot, step: Step) -> bool:
    return step.event.lane in plot.lanes[1:-1]


def _flags(plot: Plot, words: Sequence[Label], at: Sequence[float], lane: int) -> list[Flag]:
    own = [step.number for step in plot.steps if step.event.lane == plot.lanes[lane]]
    return [Flag(at[number], words[number]) for number in own]


def _lanes(plot: Plot, words: Sequence[Label], top: float) -> dict[Lane, float]:
    across: dict[Lane, float] = {}
    for lane in plot.lanes:
        across[lane] = top
        captions = [words[s.number].height for s in plot.steps if s.event.lane == lane and _is_between(plot, s)]
        top += max(GUTTER, max(captions, default=0.0) + BAND_HALF + 26)
        top += (plot.tracks - 1) * TRACK_PITCH if lane == "postgres" else 0
    return across


def _last_edge(plot: Plot, grid: Grid) -> float:
    lane = plot.lanes[-1]
    return grid.lane(lane, plot.tracks - 1) if lane == "postgres" else grid.lane(lane)


def _half(lane: Lane) -> float:
    """How far a lane reaches to each side of its line."""
    return BAND_HALF - 4 if lane == "postgres" else 0.0


def _names(plot: Plot, grid: Grid) -> Iterable[Label]:
    for lane in plot.lanes:
        yield Label(MARGIN, grid.lane(lane) - 9, (plot.names[lane],), 13, "bold", "soft")


def _captions(plot: Plot, words: Sequence[Label], grid: Grid) -> Iterable[Label]:
    for step in plot.steps:
        if _is_between(plot, step):
            y = grid.lane(step.event.lane, plot.tracks - 1) + BAND_HALF + 4
            yield replace(words[step.number], x=grid.at[step.number] + CAPTION_INDENT, y=y)


def _pauses(plot: Plot, grid: Grid) -> Iterable[Label]:
    y = grid.lane(plot.lanes[0], plot.tracks - 1) + BAND_HALF + 8
    for step in plot.steps:
        if step.pause_s:
            words = _pause_label(step)
            yield replace(words, x=_cut(step, grid.at) - words.box.width / 2, y=y)


def _cut(step: Step, at: Sequence[float]) -> float:
    """Where the wait before a step is cut short: in the middle of the words that say how long it was."""
    return at[step.number] - LEAD - _pause_label(step).box.width / 2


def _pause_label(step: Step) -> Label:
    words = pause(step.pause_s)
    return Label(0, 0, (words,), PAUSE_SIZE, "sans", "soft", full=words)
