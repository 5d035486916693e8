"""The crash matrix: every crash point against every strategy, several cells at a time, replayed by a seed."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from soniq.lab.board.opened import opened
from soniq.lab.board.play import play
from soniq.lab.board.score import Cell, Scoreboard
from soniq.lab.board.strategies import HOOKS, NAIVE, OUTBOXES, SHAPES, Strategy, strategy
from soniq.lab.board.trials import MORE, TRIALS, Trial, trial
from soniq.lab.crew import prepare
from soniq.lab.shop import Shop, open_shop
from soniq.lab.stage import Run

if TYPE_CHECKING:
    from rich.console import RenderableType

SEED: Final = 1043
FIRST_NUMBER: Final = 1043
NUMBERS_PER_CELL: Final = 2  # an order, and one that may overtake it
SHOPS: Final = 3  # at most: a cell waits for processes more than it works: two cores have time for three
CELLS_WORTH_A_SHOP: Final = 5
STRATEGIES: Final = (*NAIVE, *HOOKS, *OUTBOXES, *SHAPES)


@dataclass(frozen=True, slots=True)
class Matrix(Scoreboard):
    """A scoreboard that can be played again.

    Attributes:
        seed: Gives the same cells in the same order with the same order numbers.
    """

    seed: int = SEED

    def table(self) -> "RenderableType":
        """The matrix for a terminal, to be printed by rich."""
        from soniq.lab.board.terminal import terminal  # noqa: PLC0415 - rich is an extra

        return terminal(self.lines())

    def __str__(self) -> str:
        return f"{Scoreboard.__str__(self)}\nseed {self.seed}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return opened(self.lines(), self.seed)


async def crash_matrix(
    strategies: Sequence[str] = (),
    trials: Sequence[str] = (),
    seed: int = SEED,
    told: Callable[[int, int], None] = lambda done, all: None,
) -> Matrix:
    """Play trials against strategies, each cell a real run, in shops that it opens and closes.

    Args:
        strategies: Their names; by default those of the printed matrix.
        trials: Their names; by default all.
        seed: Shuffles the cells over the shops.
        told: Is told how many cells are done, and how many there are.

    Raises:
        OptionInvalid: There is no such strategy or trial.
        LabUnavailable: No way leads to a server.
    """
    columns = tuple(strategy(name) for name in strategies) or STRATEGIES
    rows = tuple(trial(name) for name in trials) or (*TRIALS, *MORE)
    places = [(row, column) for row in rows for column in columns]
    existing = [place for place in places if not place[1].lacks(place[0])]
    order = random.Random(seed).sample(range(len(existing)), k=len(existing))
    runs: dict[tuple[Trial, Strategy], Run] = {}

    async def play_in(shop: Shop, turns: Sequence[int]) -> None:
        for at in turns:
            row, column = existing[at]
            runs[row, column] = await play(shop, column, row, _numbers(at))
            told(len(runs), len(existing))

    shops_open = max(1, min(SHOPS, len(existing) // CELLS_WORTH_A_SHOP))
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(prepare, *{each.place.partition(":")[0] for each in columns})
        shops = [await _open(stack) for _ in range(shops_open)]
        # Which shop has which cell is settled beforehand: a quick machine and a slow one play the same.
        await asyncio.gather(*[play_in(shop, order[at::shops_open]) for at, shop in enumerate(shops)])
    cells = tuple(Cell(*place, runs.get(place)) for place in places)
    return Matrix(columns, rows, cells, seed)


def _numbers(at: int) -> Callable[[], int]:
    return count(FIRST_NUMBER + NUMBERS_PER_CELL * at).__next__


async def _open(stack: AsyncExitStack) -> Shop:
    shop = await open_shop()
    stack.push_async_callback(shop.close)
    return shop
