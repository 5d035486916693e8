"""Steps that many checks share: an order on its way, and what may happen to it."""

from soniq.lab.exercises.looks.order import card_declined, early_worker, good_day, killed, place, unreached
from soniq.lab.exercises.looks.retell import retold

__all__ = ["card_declined", "early_worker", "good_day", "killed", "place", "retold", "unreached"]
