"""What a check saw: in words, in a picture, as a page and as text."""

from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.report.report import Report, State

__all__ = ["Finding", "Report", "State", "differs", "fits"]
