"""The worker's side: killed, or frozen, at any moment of a job, and what its handler does about it."""

from soniq.lab.work.knife import knife
from soniq.lab.work.zombie import zombie

__all__ = ["knife", "zombie"]
