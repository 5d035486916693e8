"""What one observed order came to."""

from collections.abc import Container
from dataclasses import dataclass

from soniq.errors import OptionInvalid
from soniq.lab.crew import Ending
from soniq.lab.draw import Timeline, timeline
from soniq.lab.record import SIGNS, Story, Verdict, VerdictName


@dataclass(frozen=True, slots=True)
class Run:
    """One order, placed for real, and judged by what both systems said afterwards.

    Attributes:
        order: Its number.
        story: What was recorded on the way.
        verdict: What is left.
        ending: How the request's process ended.
        struck: Whether what was to happen to it did; a request that never came to the place is no proof.
    """

    order: int
    story: Story
    verdict: Verdict
    ending: Ending
    struck: bool = True

    @property
    def timeline(self) -> Timeline:
        """The story, drawn."""
        return timeline(self.story, f"o{self.order}")

    def answer(self, guess: str | None) -> str:
        """Say what became of a guess.

        Args:
            guess: A verdict's name or its shape; None for no guess.

        Raises:
            OptionInvalid: It is something else.
        """
        return f"{self._judged(guess)} Order {self.order}: {self.verdict}"

    def _judged(self, guess: str | None) -> str:
        if guess is None:
            return "You have not guessed."
        guessed = _name(guess)
        right = guessed == self.verdict.name
        return "You guessed right." if right else f"You guessed {SIGNS[guessed].shape} {guessed}."

    def __str__(self) -> str:
        return self.timeline.text

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        return self.timeline._repr_mimebundle_(include, exclude)


def _name(guess: object) -> VerdictName:
    for name, sign in SIGNS.items():
        if str(guess).strip().lower() in (name, sign.shape):
            return name
    raise OptionInvalid(f"{guess!r} is no verdict: guess one of {', '.join(SIGNS)}", guess=guess, known=list(SIGNS))
