"""What a check came to, as a value that shows itself."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Final, Literal

from soniq.lab.exercises.report.finding import Finding
from soniq.lab.exercises.report.page import page
from soniq.lab.exercises.report.words import text

State = Literal["passed", "not yet", "not attempted"]
SIGNS: Final[dict[State, str]] = {"passed": "✓", "not yet": "✗", "not attempted": "○"}
HEADS: Final[dict[State, str]] = {
    "passed": "Passed",
    "not yet": "Not yet",
    "not attempted": "Not attempted",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One attempt, judged.

    Attributes:
        name: The exercise's.
        heading: Its number and title.
        state: How the attempt is counted; a cell that is as it shipped is "not attempted", not wrong.
        steps: What is checked: each title, with what was seen; None where the check ended before.
        printed: What the learner's code printed.
        closing: What to take home, or where to go on.
    """

    name: str
    heading: str
    state: State
    steps: tuple[tuple[str, Finding | None], ...]
    printed: str
    closing: str

    @property
    def problem(self) -> Finding | None:
        """What did not fit, None where everything did."""
        return next((seen for _, seen in self.steps if seen and not seen.fits), None)

    @property
    def head(self) -> str:
        """The state and the exercise, in one line."""
        return f"{SIGNS[self.state]} {HEADS[self.state]} · {self.heading}"

    def __str__(self) -> str:
        return text(self.head, self.steps, self.printed, self.closing)

    __repr__ = __str__

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        html = page(self.head, self.state, self.steps, self.printed, self.closing)
        bundle = {"text/html": html, "text/plain": str(self)}
        return {
            kind: data
            for kind, data in bundle.items()
            if (include is None or kind in include) and (exclude is None or kind not in exclude)
        }
