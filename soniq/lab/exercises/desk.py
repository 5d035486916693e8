"""What a learner asks for: a check, a hint, the solution, a fresh cell, how far they have come."""

import time
from datetime import UTC, datetime
from typing import Final

from soniq.errors import OptionInvalid
from soniq.lab.exercises.progress.card import Card, card
from soniq.lab.exercises.progress.notes import Notes, notes
from soniq.lab.exercises.report import Report
from soniq.lab.exercises.report.said import Words
from soniq.lab.exercises.run.aside import run_aside
from soniq.lab.exercises.run.check import check
from soniq.lab.exercises.shelf import exercises, find

HINTS: Final = 3
_last: Final = [""]  # the exercise that this kernel checked last


def check_cell(name: str, source: str) -> Report:
    """Check a cell, and keep the outcome. It may be called while a loop runs, as it does in a notebook.

    Raises:
        OptionInvalid: There is no such exercise.
        LabUnavailable: No way leads to a server.
    """
    wanted = find(name)
    _last[0] = name
    report = run_aside(check(wanted, source))
    if report.state != "not attempted":
        notes().attempted(name, report.state == "passed", datetime.now(UTC).astimezone().date())
    return report


def hint(name: str = "", number: int = 0) -> Words:
    """Show the next hint.

    Args:
        name: The exercise; the one that was checked last if not given.
        number: Which of the three, from 1; the one after those that were shown if not given.

    Raises:
        OptionInvalid: There is no such exercise or hint, or none was checked yet.
    """
    wanted = find(_named(name))
    if number not in range(HINTS + 1):
        raise OptionInvalid(f"there is no hint {number}: there are 1 to {HINTS}", number=number)
    kept = notes()
    shown = number or min(kept.of(wanted.name).hints + 1, HINTS)
    kept.hinted(wanted.name, shown)
    more = f'`lab.hint("{wanted.name}")` says more' if shown < HINTS else f'`lab.solution("{wanted.name}")` shows one'
    return Words(f"Hint {shown} of {HINTS}. {wanted.hints[shown - 1]}\n\n{more}.")


def solution(name: str = "") -> Words:
    """Show a solution; reading it is no shame, and the summary says it."""
    wanted = find(_named(name))
    notes().solved(wanted.name)
    return Words(f"{wanted.number} {wanted.title}. One way to do it:", f"%%exercise {wanted.name}\n{wanted.solution}")


def reset(name: str = "") -> Words:
    """Forget one exercise and offer its cell as it shipped, or forget all; your cells stay as they are.

    Args:
        name: The exercise; all of them if not given.
    """
    began = time.monotonic()
    kept: Notes = notes()
    kept.forget(find(name).name if name else "")
    _last[0] = ""
    seconds = time.monotonic() - began
    if not name:
        return Words(
            f'All exercises are forgotten ({seconds:.2f} s). `lab.reset("…")` with a name gives back its cell.'
        )
    return Words(f"Forgotten ({seconds:.2f} s). The cell as it shipped:", f"%%exercise {name}\n{find(name).starter}")


def summary() -> Card:
    """Show how far you have come."""
    return card(exercises(), notes().read())


def _named(name: str) -> str:
    if not (name or _last[0]):
        raise OptionInvalid('no exercise was checked yet: name one, as in lab.hint("join_it")')
    return name or _last[0]
