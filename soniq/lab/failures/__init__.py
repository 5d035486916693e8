"""The four failures of an order and its job in two systems, in five real runs, and the fifth, in one system."""

from soniq.lab.failures.busy_day import Day, busy_day
from soniq.lab.failures.forgetting import Guard, forgotten
from soniq.lab.failures.killed_day import KilledDay, killed_day
from soniq.lab.failures.lag import outbox_lag
from soniq.lab.failures.on_celery import knife_with_acks_late
from soniq.lab.failures.random_kills import Tally, random_kills
from soniq.lab.failures.runs import Code, change_of_mind, early_worker, ghost, knife, unanswered_call
from soniq.lab.failures.two_systems import ask_midway, audit_two_systems

__all__ = [
    "Code",
    "Day",
    "Guard",
    "KilledDay",
    "Tally",
    "ask_midway",
    "audit_two_systems",
    "busy_day",
    "change_of_mind",
    "early_worker",
    "forgotten",
    "ghost",
    "killed_day",
    "knife",
    "knife_with_acks_late",
    "outbox_lag",
    "random_kills",
    "unanswered_call",
]
