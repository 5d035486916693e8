"""Turn a plot into shapes on a grid of time and lanes; the grid may lie or stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from soniq.lab.draw.plot import Band as Transaction
from soniq.lab.draw.plot import Plot, Step, Stretch
from soniq.lab.draw.scene import Arrow, Band, Box, Mark, MarkLook, Shapes, Stroke, StrokeLook, Tone
from soniq.lab.record.events import Kind, Lane

BAND_HALF: Final = 12.0
WORK_HALF: Final = 7.0
LEAD: Final = 16.0  # how far a lane that comes back to life reaches before its first event

TONES: Final[dict[Kind, Tone]] = {
    "refuse": "bad",
    "kill": "bad",
    "fail": "bad",
    "rollback": "bad",
    "commit": "ok",
    "done": "ok",
    "enqueue": "job",
    "run": "job",
    "wake": "job",
    "note": "soft",
}
ACTOR_MARKS: Final[dict[Kind, MarkLook]] = {
    "kill": "kill",
    "freeze": "frozen",
    "wake": "start",
    "run": "start",
    "effect": "sent",
    "fail": "fail",
    "done": "done",
    "note": "note",
}
STORE_MARKS: Final[dict[Kind, MarkLook]] = {"write": "row", "enqueue": "job", "run": "job", "effect": "row"}
IN_STORE_MARKS: Final[dict[Kind, MarkLook]] = {**STORE_MARKS, "note": "note", "kill": "kill"}


@dataclass(frozen=True, slots=True)
class Grid:
    """Where steps and lanes are.

    Attributes:
        at: The place of each step along time.
        across: The place of each lane; for Postgres, of its first track.
        track_pitch: From one track of Postgres to the next.
        start: Where the lanes begin.
        end: Where they end.
        cuts: Where long waits are cut short.
        standing: Time runs down instead of to the right.
    """

    at: tuple[float, ...]
    across: dict[Lane, float]
    track_pitch: float
    start: float
    end: float
    cuts: tuple[float, ...] = ()
    standing: bool = False

    def place(self, time: float, lane: float) -> tuple[float, float]:
        """Pixels of a place."""
        return (lane, time) if self.standing else (time, lane)

    def lane(self, lane: Lane, track: int = 0) -> float:
        """The place of a lane, or of one of its tracks."""
        return self.across[lane] + (track * self.track_pitch if lane == "postgres" else 0)

    def box(self, times: tuple[float, float], lane: float, half: float) -> Box:
        """A rectangle along a lane."""
        (left, top), (right, bottom) = self.place(times[0], lane - half), self.place(times[1], lane + half)
        return Box(left, top, right - left, bottom - top)

    def stroke(self, times: tuple[float, float], lanes: tuple[float, float], look: StrokeLook) -> Stroke:
        """A straight line."""
        return Stroke(*self.place(times[0], lanes[0]), *self.place(times[1], lanes[1]), look)


def shapes(plot: Plot, grid: Grid) -> Shapes:
    """Draw everything but the words."""
    return Shapes(
        bands=tuple(_bands(plot, grid)),
        strokes=tuple(_strokes(plot, grid)),
        arrows=tuple(arrow for step in plot.steps if (arrow := _arrow(step, grid))),
        marks=tuple(mark for step in plot.steps for mark in _marks(step, grid)),
    )


def tone(step: Step) -> Tone:
    """The colour of a step's words and arrow."""
    if step.event.kind == "read" and step.event.found is False:
        return "bad"
    return TONES.get(step.event.kind, "ink")


def _bands(plot: Plot, grid: Grid) -> Iterable[Band]:
    if plot.tracks > 1:
        first, last = grid.lane("postgres"), grid.lane("postgres", plot.tracks - 1)
        yield Band(grid.box((grid.start, grid.end), (first + last) / 2, (last - first) / 2 + BAND_HALF + 4), "rows")
    for work in plot.working:
        yield Band(grid.box(_times(work, grid), grid.lane(work.lane), WORK_HALF), "working")
    for band in plot.bands:
        yield Band(grid.box(_band_times(band, grid), grid.lane("postgres", band.track), BAND_HALF), band.fate)


def _band_times(band: Transaction, grid: Grid) -> tuple[float, float]:
    start = grid.at[band.start]
    end = grid.end if band.fate == "open" else grid.at[band.end]
    return start, max(end, start + BAND_HALF)


def _times(stretch: Stretch, grid: Grid) -> tuple[float, float]:
    start = grid.start if stretch.start is None else grid.at[stretch.start]
    end = grid.end if stretch.end is None else grid.at[stretch.end]
    return start, max(end, start)


def _strokes(plot: Plot, grid: Grid) -> Iterable[Stroke]:
    for lane in plot.alive:
        start, end = _times(lane, grid)
        start = start if lane.start is None else start - LEAD
        place = grid.lane(lane.lane)
        yield grid.stroke((start, end), (place, place), "lane")
    for job in plot.waiting:
        place = grid.lane(job.lane)
        yield grid.stroke(_times(job, grid), (place, place), "waits")
    for cut in grid.cuts:
        yield from _cut(plot, grid, cut)
    for band in plot.bands:
        if band.fate == "undone":
            place = grid.lane("postgres", band.track)
            yield grid.stroke(_band_times(band, grid), (place, place), "strike")


def _cut(plot: Plot, grid: Grid, time: float) -> Iterable[Stroke]:
    for lane in plot.lanes:
        place = grid.lane(lane)
        yield grid.stroke((time - 3, time + 3), (place, place), "gap")
        for side in (-3, 3):
            yield grid.stroke((time + side - 2, time + side + 2), (place + 6, place - 6), "cut")


def _arrow(step: Step, grid: Grid) -> Arrow | None:
    if step.store is None:
        return None
    actor, store = _ends(step, grid)
    kind, time = step.event.kind, grid.at[step.number]
    near, far = (actor, store) if kind != "run" else (store, actor)
    way = 1 if far > near else -1
    start = grid.place(time, near + way * (8 if kind == "run" else 4))
    tip = grid.place(time, far - way * _stop(step))
    return Arrow(*start, *tip, tone(step), blocked=kind == "refuse", dashed=kind == "read")


def _ends(step: Step, grid: Grid) -> tuple[float, float]:
    actor = grid.lane(step.event.lane, step.track)
    return actor, grid.lane(step.store, step.track) if step.store else actor


def _stop(step: Step) -> float:
    """How far before the far lane an arrow ends."""
    if step.event.kind == "refuse":
        return BAND_HALF + 6
    if step.event.kind == "run":
        return WORK_HALF + 2
    if step.band and step.store == "postgres":
        return BAND_HALF + 1
    return 9 if store_look(step) else 3


def _marks(step: Step, grid: Grid) -> Iterable[Mark]:
    time = grid.at[step.number]
    actor, store = _ends(step, grid)
    if step.store and (look := store_look(step)):
        yield Mark(*grid.place(time, store), look, mark_tone(look), step.undone)
    if own := own_look(step):
        yield Mark(*grid.place(time, actor), own, mark_tone(own))


def own_look(step: Step) -> MarkLook | None:
    """The mark where a step acts."""
    if step.event.lane in ("postgres", "queue"):
        return IN_STORE_MARKS.get(step.event.kind)
    return ACTOR_MARKS.get(step.event.kind, "dot")


def store_look(step: Step) -> MarkLook | None:
    """The mark at the other end of its arrow."""
    if step.event.kind == "read":
        return "missing" if step.event.found is False else "found"
    return STORE_MARKS.get(step.event.kind)


def mark_tone(look: MarkLook) -> Tone:
    """The colour of a mark."""
    tones: dict[MarkLook, Tone] = {
        "job": "job",
        "start": "job",
        "kill": "bad",
        "fail": "bad",
        "missing": "bad",
        "done": "ok",
        "note": "soft",
    }
    return tones.get(look, "ink")
