"""Play every trial against some strategies, one after the other."""

from soniq.lab.board.play import play
from soniq.lab.board.score import Cell, Scoreboard
from soniq.lab.board.strategies import Strategy, strategy
from soniq.lab.board.trials import TRIALS, Trial, trial
from soniq.lab.shop import Shop
from soniq.lab.stage import Run


async def scoreboard(shop: Shop, *names: str) -> Scoreboard:
    """Play every trial against the named strategies, each cell for real, one after the other.

    Raises:
        OptionInvalid: There is no such strategy.
    """
    columns = [strategy(name) for name in names]
    cells = [await _cell(shop, by, trial) for by in columns for trial in TRIALS]
    return Scoreboard(tuple(columns), tuple(TRIALS), tuple(cells))


async def _cell(shop: Shop, by: Strategy, trial: Trial) -> Cell:
    return Cell(trial, by, None if by.lacks(trial) else await play(shop, by, trial))


async def strike(shop: Shop, by: str, what: str) -> Run:
    """Place one order by a strategy, and let a trial happen to it.

    Args:
        shop: Where.
        by: The strategy's name.
        what: The trial's name.

    Raises:
        OptionInvalid: There is no such strategy or trial, or the strategy has no such moment.
    """
    return await play(shop, strategy(by), trial(what))
