"""Faults by name: where a request is struck, and how, without a word in its code."""

from soniq.lab.faults.places import PLACES, Place, When, place
from soniq.lab.faults.trap import Countdown, Trap

__all__ = ["PLACES", "Countdown", "Place", "Trap", "When", "place"]
