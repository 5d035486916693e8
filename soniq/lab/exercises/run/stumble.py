"""Say in words what kept a learner's cell from coming to anything."""

from soniq.lab.crew import Ending
from soniq.lab.exercises.report.finding import Finding, differs
from soniq.lab.exercises.run.child import NameMissing


class Stumble(Exception):
    """A check can go no further.

    Attributes:
        finding: What the learner is told.
    """

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.seen)
        self.finding = finding


def unreadable(ending: Ending) -> Finding:
    """Say why the cell could not be used at all."""
    if ending.error == NameMissing.__name__:
        return differs(
            f"The cell defines no `{ending.message}`.",
            f"A `{ending.message}` in this cell.",
            "Each check runs the whole cell in a process of its own. If the cell was split in two, put its parts "
            "together again under one `%%exercise` line.",
        )
    return differs(
        f"Python cannot run the cell. {ending.message}{_where(ending)}",
        "A cell that Python can run from its first line to its last.",
        "The cell was read in a process of its own, before anything happened in the shop.",
    )


def ran_away(seconds: float) -> Finding:
    """Say that a process did not end."""
    return differs(
        f"Your code did not end within {seconds:g} s.",
        "An end, whatever it is.",
        "It loops, or it waits for something that nobody does. Its process was killed.",
    )


def raised(ending: Ending, expected: str) -> Finding:
    """Say that the code failed where nothing was done to it.

    Args:
        expected: What should have come of it.
    """
    if ending.killed:
        return differs("The process ended without a word.", expected, "Nobody killed it; its own code ended it.")
    if ending.error == "SystemExit":
        said = f"Your code ended its process by sys.exit{_where(ending)}."
        return differs(said, expected, "A request that ends its process answers nobody.")
    said = f"Your code raised {ending.error}{_where(ending)}."
    return differs(said, expected, ending.message)


def _where(ending: Ending) -> str:
    return f" ({ending.notes[0]})" if ending.notes and ending.notes[0] else ""
