"""A scoreboard: trials down, strategies across, verdicts between them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from soniq.errors import OptionInvalid
from soniq.lab.board.page import page
from soniq.lab.board.strategies import Strategy
from soniq.lab.board.trials import Trial
from soniq.lab.record import Verdict
from soniq.lab.stage import Run

if TYPE_CHECKING:
    from rich.console import RenderableType

CORNER: Final = "What happens to the order"


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one strategy in one trial.

    Attributes:
        trial, strategy: Which cell it is.
        run: None where the strategy has no such moment, which was known beforehand.
    """

    trial: Trial
    strategy: Strategy
    run: Run | None

    @property
    def verdict(self) -> Verdict | None:
        """The verdict; None where the strategy has no such moment, which proves nothing either way."""
        return self.run.verdict if self.run and self.run.struck else None

    @property
    def words(self) -> str:
        """The verdict's shape and word."""
        if self.verdict:
            return f"{self.verdict.sign.shape} {self.verdict.name}"
        return f"– {self.strategy.lacks(self.trial) or self.trial.absent}"


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """All cells of one game.

    Attributes:
        strategies: The columns.
        trials: The rows.
        cells: Each a real run.
    """

    strategies: tuple[Strategy, ...]
    trials: tuple[Trial, ...]
    cells: tuple[Cell, ...]

    def __getitem__(self, where: tuple[str, str]) -> Run:
        """Return the run of a trial and a strategy, by their names.

        Raises:
            OptionInvalid: The board has no such row or column; the message names those that it has.
        """
        runs = {(cell.trial.name, cell.strategy.name): cell.run for cell in self.cells if cell.run}
        if where not in runs:
            rows, columns = ([each.name for each in side] for side in (self.trials, self.strategies))
            raise OptionInvalid(
                f"the board has no cell {where!r}; its rows are {', '.join(rows)}; its columns {', '.join(columns)}",
                rows=rows,
                columns=columns,
            )
        return runs[where]

    def out_of_step(self, strategy: str) -> list[Run]:
        """Return the runs of a strategy after which order and job do not agree."""
        runs = [c.run for c in self.cells if c.strategy.name == strategy and c.run and c.verdict]
        return [run for run in runs if run.verdict.name != "consistent"]

    def lines(self) -> list[list[Cell]]:
        """Return the cells, row by row."""
        return [[c for c in self.cells if c.trial == trial] for trial in self.trials]

    def table(self) -> "RenderableType":
        """The board for a terminal, to be printed by rich."""
        from rich.table import Table  # noqa: PLC0415 - an extra
        from rich.text import Text  # noqa: PLC0415 - an extra

        table = Table(CORNER, *[each.title for each in self.strategies])
        for trial, cells in zip(self.trials, self.lines(), strict=True):
            table.add_row(trial.title, *[Text(cell.words, style=_style(cell)) for cell in cells])
        return table

    def __str__(self) -> str:
        titles = [each.title for each in self.strategies]
        lines = [[CORNER, *titles]]
        lines += [[t.title, *[c.words for c in cells]] for t, cells in zip(self.trials, self.lines(), strict=True)]
        widths = [max(len(line[at]) for line in lines) for at in range(len(titles) + 1)]
        return "\n".join(
            "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            (
                trial.title,
                [(name_of(cell), cell.words, cell.verdict.sentence if cell.verdict else "") for cell in cells],
            )
            for trial, cells in zip(self.trials, self.lines(), strict=True)
        ]
        return page([CORNER, *[each.title for each in self.strategies]], rows)


def name_of(cell: Cell) -> str:
    """Return the verdict's name, "none" where there is no verdict."""
    return cell.verdict.name if cell.verdict else "none"


def _style(cell: Cell) -> str:
    return f"bold {cell.verdict.sign.terminal}" if cell.verdict else "dim"
