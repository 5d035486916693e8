"""The four failures of an order and its job in two systems, in five real runs."""

from soniq.lab.failures.busy_day import Day, busy_day
from soniq.lab.failures.random_kills import Tally, random_kills
from soniq.lab.failures.runs import Code, change_of_mind, early_worker, ghost, knife, unanswered_call

__all__ = [
    "Code",
    "Day",
    "Tally",
    "busy_day",
    "change_of_mind",
    "early_worker",
    "ghost",
    "knife",
    "random_kills",
    "unanswered_call",
]
