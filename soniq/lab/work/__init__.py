"""The worker's side: killed, or frozen, at any moment of a job, and what its handler does about it."""

from soniq.lab.work import provider, royalties
from soniq.lab.work.everywhere import Payroll, killed_everywhere
from soniq.lab.work.knife import knife
from soniq.lab.work.money import charge, pay_author
from soniq.lab.work.zombie import zombie

__all__ = ["Payroll", "charge", "killed_everywhere", "knife", "pay_author", "provider", "royalties", "zombie"]
