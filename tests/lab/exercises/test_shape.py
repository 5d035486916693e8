"""Every exercise has the parts and the lengths that learners were promised."""

import re
from collections import Counter

import pytest

from soniq.lab.exercises import exercises
from soniq.lab.exercises.exercise import Exercise
from soniq.lab.exercises.run.check import is_as_shipped
from tools.write_exercises import NOTEBOOKS, pages

EXERCISES = exercises()
each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


@each_exercise
def test_the_cell_is_short_and_has_one_thing_to_do(exercise: Exercise) -> None:
    assert len(exercise.starter.splitlines()) <= 40
    assert len(exercise.solution.splitlines()) <= 40
    assert exercise.starter.count("TODO") == 1
    assert "TODO" not in exercise.solution


@each_exercise
def test_the_solution_and_the_mistakes_all_differ_from_the_cell_as_it_ships(exercise: Exercise) -> None:
    attempts = [exercise.solution, *[wrong.source for wrong in exercise.wrong_answers]]

    assert len(exercise.wrong_answers) >= 3
    assert len(set(attempts)) == len(attempts)
    assert [source for source in attempts if is_as_shipped(exercise, source)] == []


@each_exercise
def test_three_hints_come_nearer_and_the_debrief_has_two_to_four_sentences(exercise: Exercise) -> None:
    sentences = re.findall(r"[.?](?:\s|$)", exercise.debrief)

    assert len(set(exercise.hints)) == 3
    assert 2 <= len(sentences) <= 4
    assert exercise.question.endswith(".")


@each_exercise
def test_it_follows_a_lesson_that_exists(exercise: Exercise) -> None:
    assert (NOTEBOOKS / f"{exercise.lesson}.ipynb").exists()


def test_no_two_exercises_share_a_number_or_a_title() -> None:
    assert max(Counter(each.number for each in EXERCISES).values()) == 1
    assert max(Counter(each.title for each in EXERCISES).values()) == 1


def test_the_notebooks_are_what_the_package_says() -> None:
    written = pages(NOTEBOOKS)
    found = [path for part in ("exercises", "solutions") for path in (NOTEBOOKS / part).glob("*.ipynb")]

    assert sorted(found) == sorted(written), "run python -m tools.write_exercises"
    assert [path.name for path, text in written.items() if path.read_text() != text] == []


@pytest.mark.parametrize("change", ["\n\n{}", "# a note of mine\n{}", "{}\n\n"])
def test_comments_and_blank_lines_are_no_attempt(change: str) -> None:
    [exercise, *_] = EXERCISES

    assert is_as_shipped(exercise, change.format(exercise.starter))


def test_a_cell_that_python_cannot_read_is_an_attempt() -> None:
    assert not is_as_shipped(EXERCISES[0], "def (")
