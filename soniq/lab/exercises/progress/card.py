"""The card that shows how far somebody has come, and that is worth showing at the end."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from soniq.lab.exercises.exercise import Exercise
from soniq.lab.exercises.progress.notes import Note
from soniq.lab.exercises.report.page import wrapped

END = "Every order has its job, and you know why. That is the end of the exercises."


@dataclass(frozen=True, slots=True)
class Card:
    """One line an exercise.

    Attributes:
        heading: How many have passed.
        lines: A sign, the exercise, and how it went.
        closing: Where to go on, or the end.
    """

    heading: str
    lines: tuple[tuple[str, str, str], ...]
    closing: str

    def __str__(self) -> str:
        room = max((len(title) for _, title, _ in self.lines), default=0)
        listed = [f"  {sign} {title.ljust(room)}  {how}".rstrip() for sign, title, how in self.lines]
        return "\n".join([self.heading, *listed, "", self.closing])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(sign)}</td><td>{html.escape(title)}</td><td>{html.escape(how)}</td></tr>"
            for sign, title, how in self.lines
        )
        return wrapped(
            f'<p class="head">{html.escape(self.heading)}</p><table><tbody>{rows}</tbody></table>'
            f"<p>{html.escape(self.closing)}</p>"
        )


def card(exercises: Sequence[Exercise], kept: Mapping[str, Note]) -> Card:
    """Sum up what has been done."""
    noted = [(each, kept.get(each.name, Note())) for each in exercises]
    passed = [each.name for each, note in noted if note.passed]
    lines = tuple((_sign(note), f"{each.number:>2} {each.title}", _how(note)) for each, note in noted)
    return Card(f"{len(passed)} of {len(exercises)} exercises of the bookshop", lines, _closing(noted))


def _sign(note: Note) -> str:
    if note.passed:
        return "✓"
    return "✗" if note.attempts else "○"


def _how(note: Note) -> str:
    if not note.passed:
        return f"{_times(note.attempts, 'attempt')} so far" if note.attempts else ""
    told = [f"on {note.passed}", f"{_times(note.attempts, 'attempt')}"]
    told += [_times(note.hints, "hint")] if note.hints else []
    told += ["solution read"] if note.solution_seen else []
    return ", ".join(told)


def _closing(noted: Sequence[tuple[Exercise, Note]]) -> str:
    ahead = [each for each, note in noted if not note.passed]
    return f"Next: {ahead[0].number} {ahead[0].title}." if ahead else END


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
