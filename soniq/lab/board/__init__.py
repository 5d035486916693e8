"""Every fault against every way to place an order, each cell a real run."""

from soniq.lab.board.game import scoreboard, strike
from soniq.lab.board.matrix import Matrix, crash_matrix
from soniq.lab.board.play import play
from soniq.lab.board.score import Cell, Scoreboard
from soniq.lab.board.strategies import (
    HOOKS,
    MENDS,
    NAIVE,
    ON_CELERY,
    OUTBOXES,
    SHAPES,
    SONIQS_WORKER,
    STRATEGIES,
    Strategy,
    strategy,
)
from soniq.lab.board.trials import TRIALS, Trial

__all__ = [
    "HOOKS",
    "MENDS",
    "NAIVE",
    "ON_CELERY",
    "OUTBOXES",
    "SHAPES",
    "SONIQS_WORKER",
    "STRATEGIES",
    "TRIALS",
    "Cell",
    "Matrix",
    "Scoreboard",
    "Strategy",
    "Trial",
    "crash_matrix",
    "play",
    "scoreboard",
    "strategy",
    "strike",
]
