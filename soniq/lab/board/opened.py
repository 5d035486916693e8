"""A matrix for a page: each cell is a link that opens its timeline below the table, without a script."""

import html
from collections.abc import Iterable, Sequence
from typing import Final

from soniq.lab.board.page import style
from soniq.lab.board.score import CORNER, Cell, name_of
from soniq.lab.draw import timeline
from soniq.lab.record import SIGNS

# Where the table would not fit, each row becomes a heading with its cells below it, each with its column's name.
RULES: Final = (
    ".soniq-matrix{container-type:inline-size}.soniq-matrix table{border-collapse:collapse}"
    ".soniq-matrix :is(th,td){padding:3px!important;vertical-align:bottom;font-size:11px;min-width:0!important}"
    ".soniq-matrix th[scope=row]{min-width:120px!important}.soniq-matrix td{white-space:normal;font-weight:400}"
    ".soniq-matrix td b{display:block;font-size:18px;line-height:1}"
    ".soniq-matrix td a{color:inherit;text-decoration:none;display:block}"
    ".soniq-matrix td a:is(:hover,:focus){text-decoration:underline}"
    ".soniq-matrix tbody tr:nth-child(odd){background:rgba(127,127,127,.08)}"
    ".soniq-run{display:none;scroll-margin-top:4rem;margin-top:1em}.soniq-run:target{display:block}"
    "@container (max-width:860px){.soniq-matrix :is(table,tbody,tr,th){display:block}.soniq-matrix thead{display:none}"
    ".soniq-matrix tr{padding:6px 4px}.soniq-matrix th[scope=row]{font-weight:600;font-size:14px}"
    ".soniq-matrix td{display:inline-block;border:0!important;font-size:12px}"
    ".soniq-matrix td b{display:inline;font-size:inherit}"
    ".soniq-matrix td::before{content:attr(data-title);display:block;font-weight:400}}"
    "@container (max-width:480px){.soniq-matrix td{display:flex;justify-content:space-between;gap:8px}}"
)
LEGEND: Final = " · ".join(f"{sign.shape} {name}: {sign.gloss}" for name, sign in SIGNS.items())


def opened(lines: Sequence[Sequence[Cell]], seed: int) -> str:
    """Write the table and its timelines, without line breaks, so that Markdown takes it as it is."""
    name = f"m{seed}x{sum(map(len, lines))}"
    titles = "".join(f'<th scope="col">{html.escape(each)}</th>' for each in _titles(lines))
    rows = "".join(_row(line, name) for line in lines)
    runs = "".join(_run(cell, name) for line in lines for cell in line if cell.run)
    return (
        f'<div class="soniq-board soniq-matrix"><style>{style()}{RULES}</style>'
        f'<p id="{name}">Each cell is a run: open it. Seed {seed}. {html.escape(LEGEND)}</p>'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>{runs}</div>"
    )


def _titles(lines: Sequence[Sequence[Cell]]) -> Iterable[str]:
    return [CORNER, *[cell.strategy.title for cell in lines[0]]] if lines else []


def _row(line: Sequence[Cell], name: str) -> str:
    cells = "".join(_cell(cell, name) for cell in line)
    return f'<tr><th scope="row">{html.escape(line[0].trial.title)}</th>{cells}</tr>'


def _cell(cell: Cell, name: str) -> str:
    column = html.escape(cell.strategy.title, quote=True)
    shape, _, word = cell.words.partition(" ")
    words = f"<span><b>{shape}</b> {html.escape(word)}</span>"
    if cell.run:
        said = html.escape(f"{cell.trial.title}; {cell.strategy.title}: {cell.words}", quote=True)
        words = f'<a href="#{_place(cell, name)}" aria-label="{said}">{words}</a>'
    return f'<td class="soniq-board-{name_of(cell)}" data-title="{column}">{words}</td>'


def _run(cell: Cell, name: str) -> str:
    if cell.run is None:
        return ""
    drawn = timeline(cell.run.story, f"{name}o{cell.run.order}").html
    unmet = "" if cell.verdict else f" It never came to it ({html.escape(cell.trial.absent)})."
    back = f'<p><a href="#{name}">Back to the table.</a>{unmet}</p>'
    return f'<section class="soniq-run" id="{_place(cell, name)}">{back}{drawn}</section>'


def _place(cell: Cell, name: str) -> str:
    return f"{name}-{cell.trial.name}-{cell.strategy.name}"
