"""Every fault against every way to place an order, each cell a real run."""

from soniq.lab.board.game import play, scoreboard
from soniq.lab.board.score import Cell, Scoreboard
from soniq.lab.board.strategies import NAIVE, SHAPES, SONIQS_WORKER, STRATEGIES, Strategy, strategy
from soniq.lab.board.trials import TRIALS, Trial

__all__ = [
    "NAIVE",
    "SHAPES",
    "SONIQS_WORKER",
    "STRATEGIES",
    "TRIALS",
    "Cell",
    "Scoreboard",
    "Strategy",
    "Trial",
    "play",
    "scoreboard",
    "strategy",
]
