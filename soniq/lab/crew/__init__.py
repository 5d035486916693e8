"""Real processes that start in milliseconds and may be killed: requests and workers of the lab."""

from soniq.lab.crew.member import Ending, Member, prepare, start

__all__ = ["Ending", "Member", "prepare", "start"]
