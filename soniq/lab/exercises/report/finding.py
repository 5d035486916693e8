"""What one step of a check saw."""

from dataclasses import dataclass

from soniq.lab.draw import Timeline
from soniq.lab.shop.rows import Answers, Rows

Evidence = Timeline | Rows | Answers


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen when something happened to the learner's code.

    Attributes:
        fits: Whether it is what should be.
        seen: What was observed, in one sentence.
        expected: What should have been; empty where it fits.
        why: How it came about, in the order in which it happened; never what to write instead.
        evidence: Pictures and rows to look at.
    """

    fits: bool
    seen: str
    expected: str = ""
    why: str = ""
    evidence: tuple[Evidence, ...] = ()


def fits(seen: str, *evidence: Evidence) -> Finding:
    """Say that it is as it should be."""
    return Finding(True, seen, evidence=evidence)


def differs(seen: str, expected: str, why: str, *evidence: Evidence) -> Finding:
    """Say that it is not, and how that came about; see `Finding`."""
    return Finding(False, seen, expected, why, evidence)
