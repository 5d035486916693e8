"""Progress is one small file that survives kernels, copies, resets and damage."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from soniq.lab.exercises import exercises, hint, reset, solution, summary
from soniq.lab.exercises.progress.card import card
from soniq.lab.exercises.progress.notes import Note, Notes, notes

TODAY = date(2026, 1, 5)


def test_an_attempt_is_there_for_every_process_that_looks(kept: Path) -> None:
    notes().attempted("join_it", passed=False, today=TODAY)
    program = "from soniq.lab.exercises.progress.notes import notes; from datetime import date\n"
    program += "print(notes().attempted('join_it', True, date(2026, 1, 6)))"

    said = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert said == "Note(attempts=2, passed='2026-01-06', hints=0, solution_seen=False)\n"
    assert notes().of("join_it") == Note(attempts=2, passed="2026-01-06")


def test_a_later_failure_of_a_copied_cell_takes_nothing_back(kept: Path) -> None:
    passed = notes().attempted("join_it", passed=True, today=TODAY)

    assert notes().attempted("join_it", passed=False, today=TODAY) == passed


def test_many_processes_lose_no_attempt(kept: Path) -> None:
    program = "from soniq.lab.exercises.progress.notes import notes; from datetime import date\n"
    program += "for _ in range(20): notes().attempted('join_it', False, date(2026, 1, 5))"

    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]

    assert [each.wait() for each in running] == [0, 0, 0]
    assert notes().of("join_it").attempts == 60


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exercises": {"join_it": 3}}', "null"])
def test_a_damaged_file_is_set_aside_and_begun_anew(tmp_path: Path, text: str) -> None:
    damaged = Notes(tmp_path / "exercises.json")
    damaged.path.write_text(text)

    damaged.attempted("join_it", passed=True, today=TODAY)

    assert damaged.of("join_it").attempts == 1
    assert damaged.path.with_suffix(".unreadable").read_text() == text


def test_words_of_a_later_version_are_no_damage(tmp_path: Path) -> None:
    later = Notes(tmp_path / "exercises.json")
    later.path.write_text(json.dumps({"version": 2, "exercises": {"join_it": {"attempts": 3, "mood": "good"}}}))

    assert later.of("join_it") == Note(attempts=3)


def test_hints_come_one_by_one_and_then_lead_to_the_solution(kept: Path) -> None:
    said = [str(hint("join_it")) for _ in range(4)]

    assert [words[:11] for words in said] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert 'lab.solution("join_it")' in said[-1]
    assert "connection=conn" in str(solution("join_it"))
    assert notes().of("join_it") == Note(hints=3, solution_seen=True)


def test_one_is_reset_or_all(kept: Path) -> None:
    for name in ("join_it", "another"):
        notes().attempted(name, passed=True, today=TODAY)

    assert "# TODO" in str(reset("join_it"))
    assert list(notes().read()) == ["another"]
    reset()

    assert notes().read() == {}


def test_the_summary_counts_what_passed_and_names_what_is_next(kept: Path) -> None:
    first, *_ = exercises()
    assert f"Next: {first.number} {first.title}." in str(summary())

    hint(first.name)
    notes().attempted(first.name, passed=True, today=TODAY)

    assert f"1 of {len(exercises())} exercises" in str(summary())
    assert "✓" in str(summary())
    assert "on 2026-01-05, 1 attempt, 1 hint" in str(summary())


def test_the_end_says_that_it_is_the_end() -> None:
    done = card(exercises(), {each.name: Note(1, "2026-01-05") for each in exercises()})

    assert "That is the end of the exercises" in done._repr_html_()
