"""What a queue in Postgres rests on, each part of it alone: row locks that are skipped, and bells at COMMIT."""

from soniq.lab.hood.bell import commit_rates
from soniq.lab.hood.race import LOCKS, Race, race

__all__ = ["LOCKS", "Race", "commit_rates", "race"]
