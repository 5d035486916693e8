"""A guess is held against what happened; none is no mistake, and nonsense is told what can be guessed."""

from dataclasses import replace

import pytest

from soniq.errors import OptionInvalid
from soniq.lab import compare
from soniq.lab.crew import Ending
from soniq.lab.record import Story, Verdict
from soniq.lab.stage import Run

RUN = Run(1043, Story("", ()), Verdict("lost", "Ada waits."), Ending())


@pytest.mark.parametrize(
    ("guess", "begins"),
    [
        (None, "You have not guessed. Order 1043: ■ Lost"),
        ("lost", "You guessed right. Order 1043"),
        ("■", "You guessed right."),
        (" Orphan ", "You guessed ▲ orphan. Order 1043"),
    ],
)
def test_a_guess_of_a_verdict(guess: str | None, begins: str) -> None:
    assert replace(RUN).answer(guess).startswith(begins)


@pytest.mark.parametrize("guess", [3, "vanished"])
def test_a_guess_that_is_no_verdict_is_told_what_is(guess: object) -> None:
    with pytest.raises(OptionInvalid, match="guess one of"):
        RUN.answer(guess)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("guess", "says"),
    [(None, "You have not guessed. It is 1."), (1, "You guessed right: it is 1."), (0, "You guessed 0; it is 1.")],
)
def test_a_guess_of_a_number(guess: int | None, says: str) -> None:
    assert compare(guess, 1) == says
