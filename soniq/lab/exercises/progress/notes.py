"""Keep how far somebody has come, in a small local file that several kernels may write."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "SONIQ_LAB_PROGRESS"
FILE: Final = "exercises.json"


@dataclass(frozen=True, slots=True)
class Note:
    """What is kept of one exercise, under its name: where its cell is, or how many copies of it, does not matter.

    Attributes:
        attempts: Checks of a cell that was not as shipped, up to the first that passed.
        passed: The day of the first that passed, as ISO has it; empty before. A later failure does not undo it.
        hints: How many hints were shown, up to three.
        solution_seen: Whether the solution was shown before it passed.
    """

    attempts: int = 0
    passed: str = ""
    hints: int = 0
    solution_seen: bool = False


@dataclass(frozen=True, slots=True)
class Notes:
    """A file of notes.

    Attributes:
        path: Where it is; it need not exist.
    """

    path: Path

    def read(self) -> dict[str, Note]:
        """Read every note; a file that cannot be understood is set aside, and is none."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            return {name: _note(said) for name, said in kept["exercises"].items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            os.replace(self.path, self.path.with_suffix(".unreadable"))
            return {}

    def of(self, name: str) -> Note:
        """Read what is kept of one exercise."""
        return self.read().get(name, Note())

    def attempted(self, name: str, passed: bool, today: date) -> Note:
        """Count an attempt; one that comes after passing changes nothing."""

        def count(note: Note) -> Note:
            if note.passed:
                return note
            return replace(note, attempts=note.attempts + 1, passed=today.isoformat() if passed else "")

        return self._change(name, count)

    def hinted(self, name: str, hints: int) -> Note:
        """Keep that so many hints were shown."""
        return self._change(name, lambda note: replace(note, hints=max(note.hints, hints)))

    def solved(self, name: str) -> Note:
        """Keep that the solution was shown, unless it came after passing."""
        return self._change(name, lambda note: note if note.passed else replace(note, solution_seen=True))

    def forget(self, name: str = "") -> None:
        """Forget one exercise, or all."""
        with self._locked():
            kept = self.read()
            self._write({each: note for each, note in kept.items() if name and each != name})

    def _change(self, name: str, change: Callable[[Note], Note]) -> Note:
        with self._locked():
            kept = self.read()
            kept[name] = change(kept.get(name, Note()))
            self._write(kept)
            return kept[name]

    def _write(self, kept: Mapping[str, Note]) -> None:
        """Put a whole new file in place of the old one: whoever is killed leaves one or the other."""
        text = json.dumps({"version": 1, "exercises": {name: asdict(note) for name, note in kept.items()}}, indent=1)
        draft = self.path.with_suffix(".draft")
        draft.write_text(text + "\n", encoding="utf-8")
        os.replace(draft, self.path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the kernel drops it when its holder dies
            yield


def notes() -> Notes:
    """Find the file: the one that SONIQ_LAB_PROGRESS names, else where this user's programs keep their data."""
    if named := os.environ.get(VARIABLE):
        return Notes(Path(named).expanduser())
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Notes(Path(data) / "soniq" / FILE)


def _note(said: Mapping[str, Any]) -> Note:
    return Note(**{each.name: said[each.name] for each in fields(Note) if each.name in said})
