"""What a queue in Postgres rests on, each part of it alone: locks that are skipped, bells, snapshots; and its price."""

from soniq.lab.hood.bell import commit_rates
from soniq.lab.hood.price import rates, wal_bytes
from soniq.lab.hood.race import LOCKS, Race, race
from soniq.lab.hood.snapshot import CLAIM, REPORT, TABLE, Emptied, chart_claims, chart_dead, empty_a_queue

__all__ = [
    "CLAIM",
    "LOCKS",
    "REPORT",
    "TABLE",
    "Emptied",
    "Race",
    "chart_claims",
    "chart_dead",
    "commit_rates",
    "empty_a_queue",
    "race",
    "rates",
    "wal_bytes",
]
