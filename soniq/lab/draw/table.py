"""The story for a terminal: the same lanes, standing, beside the words. Needs rich."""

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from soniq.lab.draw.measure import clean
from soniq.lab.draw.plot import Plot, Step, Stretch
from soniq.lab.draw.scene import MarkLook, Tone
from soniq.lab.draw.shapes import mark_tone, own_look, store_look, tone
from soniq.lab.draw.words import label, pause
from soniq.lab.record.events import Kind, Lane
from soniq.lab.record.verdict import Verdict

LANE_WIDTH: Final = 9
SCREEN_WIDTH: Final = 80
STYLES: Final[dict[Tone, str]] = {
    "ink": "default",
    "soft": "dim",
    "bad": "red",
    "ok": "green",
    "job": "blue",
    "verdict": "bold",
}
SIGNS: Final[dict[MarkLook, str]] = {
    "dot": "●",
    "row": "◉",
    "job": "■",
    "found": "●",
    "missing": "∅",
    "kill": "✖",
    "frozen": "‖",
    "fail": "✗",
    "done": "✔",
    "sent": "✉",
    "note": "○",
    "start": "▶",
}
HEADS: Final[dict[Kind, str]] = {"refuse": "├┤", "run": "──"}  # to the left, to the right; `run` has its own mark
BANDS: Final = {"committed": ("┃", "green"), "undone": ("╳", "red"), "open": ("┋", "dim")}


@dataclass(slots=True)
class _Row:
    """One line of the lanes, character by character."""

    characters: list[str]
    styles: list[str]

    def put(self, place: int, character: str, style: str) -> None:
        self.characters[place] = character
        self.styles[place] = style

    def text(self) -> Text:
        together = groupby(zip(self.styles, self.characters, strict=True), key=itemgetter(0))
        return Text.assemble(*(("".join(character for _, character in run), style) for style, run in together))


def table(plot: Plot) -> Table:
    """Draw the story for a terminal, at most 80 columns wide where its words are short."""
    said = [clean(plot.title), clean(plot.verdict.sentence) if plot.verdict else ""]
    drawn = Table(
        min_width=min(max(map(cell_len, said)), SCREEN_WIDTH),
        title=Text(clean(plot.title), "bold"),
        title_justify="left",
        caption=verdict(plot.verdict) if plot.verdict else None,
        caption_justify="left",
        box=None,
        padding=(0, 1),
        show_edge=False,
    )
    names = "".join(plot.names[lane].center(LANE_WIDTH) for lane in plot.lanes)
    drawn.add_column(Text(names, "dim bold"), no_wrap=True)
    drawn.add_column("", overflow="fold")
    for step in plot.steps:
        if step.pause_s:
            drawn.add_row(Text("⫽".center(LANE_WIDTH) * len(plot.lanes), "dim"), Text(pause(step.pause_s), "dim"))
        drawn.add_row(_lanes(plot, step), Text(label(step), STYLES[tone(step)]))
    return drawn


def verdict(ended: Verdict) -> Text:
    """The verdict: shape, word, what it means, and what a customer would notice."""
    text = Text("\n")
    text.append(f"{ended.sign.shape} {ended.word}", f"bold {ended.sign.terminal}")
    text.append(f"  {ended.sign.gloss}\n", "dim")
    return text.append(clean(ended.sentence), "default")


def _lanes(plot: Plot, step: Step) -> Text:
    width = LANE_WIDTH * len(plot.lanes)
    row = _Row([" "] * width, [""] * width)
    for lane in plot.lanes:
        row.put(_column(plot, lane), *_ground(plot, lane, step.number))
    if step.store:
        _put_arrow(plot, step, row)
    if own := own_look(step):
        row.put(_column(plot, step.event.lane), SIGNS[own], STYLES[mark_tone(own)])
    return row.text()


def _column(plot: Plot, lane: Lane) -> int:
    return plot.lanes.index(lane) * LANE_WIDTH + LANE_WIDTH // 2


def _ground(plot: Plot, lane: Lane, number: int) -> tuple[str, str]:
    """What a lane shows at a step where nothing happens on it."""
    bands = [band for band in plot.bands if lane == "postgres" and band.start <= number <= band.end]
    if bands:
        return BANDS[bands[0].fate]
    if any(_lasts(work, lane, number) for work in plot.working):
        return "┃", "blue"
    if any(_lasts(job, lane, number) for job in plot.waiting):
        return "┊", "blue"
    return ("│", "dim") if any(_lasts(life, lane, number) for life in plot.alive) else (" ", "")


def _lasts(stretch: Stretch, lane: Lane, number: int) -> bool:
    begun = stretch.start is None or stretch.start <= number
    return stretch.lane == lane and begun and (stretch.end is None or number <= stretch.end)


def _put_arrow(plot: Plot, step: Step, row: _Row) -> None:
    assert step.store is not None
    actor, store = _column(plot, step.event.lane), _column(plot, step.store)
    near, far = (store, actor) if step.event.kind == "run" else (actor, store)
    way, style = (1 if far > near else -1), STYLES[tone(step)]
    for place in range(near + way, far, way):
        row.put(place, "─", style)
    heads = HEADS.get(step.event.kind, "◀▶")
    row.put(far - way, heads[way > 0], style)
    if look := store_look(step):
        row.put(store, SIGNS[look], "dim" if step.undone else STYLES[mark_tone(look)])
