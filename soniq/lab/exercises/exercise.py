"""What an exercise is made of: everything that a learner meets, and what its check looks at."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from soniq.lab.exercises.report.finding import Finding
from soniq.lab.exercises.run.attempt import Attempt

Look = Callable[[Attempt], Awaitable[Finding]]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is checked; the learner is shown its title before and after.

    Attributes:
        title: What happens to the learner's code: "SIGKILL between the two lines".
        look: Lets it happen, and says what was seen.
    """

    title: str
    look: Look


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A mistake that people make, and what they are told about it.

    Attributes:
        name: Of the mistake: "after_the_block".
        source: The cell.
        told: Words that are part of its explanation, and of no other's.
    """

    name: str
    source: str
    told: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """A broken piece of the bookshop, and everything about mending it.

    Attributes:
        number: Its place among the exercises, from 1.
        name: As `%%exercise` says it; the name of its file.
        title: As people say it.
        question: One or two sentences from somebody's bad day, then what to do. Markdown.
        starter: The cell as it ships: at most 40 lines, one TODO.
        solution: A cell that passes.
        hints: A nudge, the concept, nearly the code.
        debrief: Two to four sentences after passing: why it works, and the rule to take home.
        steps: What is checked, in this order, and nothing else; the first that does not fit ends it.
        wrong_answers: At least three.
        lesson: The notebook that it follows: "05_soniqs_pool".
        shown: A cell of code to run before it, where there is something to read first.
    """

    number: int
    name: str
    title: str
    question: str
    starter: str
    solution: str
    hints: tuple[str, str, str]
    debrief: str
    steps: tuple[Step, ...]
    wrong_answers: tuple[WrongAnswer, ...]
    lesson: str
    shown: str = ""
