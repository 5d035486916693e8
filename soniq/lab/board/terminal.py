"""A matrix for a terminal, where its columns have numbers and its cells shapes."""

from collections.abc import Sequence
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from soniq.lab.board.score import CORNER, Cell
from soniq.lab.record import SIGNS

ABSENT: Final = "–"


def terminal(lines: Sequence[Sequence[Cell]]) -> Group:
    """Lay the matrix out for 80 columns, with what the numbers and the shapes mean below it."""
    table = Table(CORNER, box=None, padding=(0, 1, 0, 0), header_style="bold")
    for number, _ in enumerate(lines[0], 1):
        table.add_column(str(number), justify="center")
    for line in lines:
        table.add_row(line[0].trial.title, *[_sign(cell) for cell in line])
    columns = [f"{number:>2}  {cell.strategy.title}" for number, cell in enumerate(lines[0], 1)]
    signs = [Text(f" {sign.shape}  {name}: {sign.gloss}", f"bold {sign.terminal}") for name, sign in SIGNS.items()]
    absent = Text(f" {ABSENT}  this strategy has no such moment", "dim")
    return Group(table, Text(), *map(Text, columns), Text(), *signs, absent)


def _sign(cell: Cell) -> Text:
    if cell.verdict is None:
        return Text(ABSENT, "dim")
    return Text(cell.verdict.sign.shape, f"bold {cell.verdict.sign.terminal}")
