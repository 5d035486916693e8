"""Each exercise fails as it ships, its solution passes, and each typical mistake gets an explanation of its own."""

import re

import pytest

from soniq.lab.exercises import exercises
from soniq.lab.exercises.exercise import Exercise, WrongAnswer
from soniq.lab.exercises.run.check import check

EXERCISES = exercises()
MISTAKES = [(each, wrong) for each in EXERCISES for wrong in each.wrong_answers]
OURS = re.compile(r'Traceback|File "|soniq/lab/')


def named(value: object) -> str:
    return value.name if isinstance(value, Exercise | WrongAnswer) else str(value)


@pytest.mark.parametrize("exercise", EXERCISES, ids=named)
async def test_as_it_ships_it_is_not_attempted_and_shown_to_fail(exercise: Exercise) -> None:
    report = await check(exercise, exercise.starter)

    assert report.state == "not attempted"
    assert report.problem is not None
    assert "as it shipped" in str(report)
    assert not OURS.search(str(report))


@pytest.mark.parametrize("exercise", EXERCISES, ids=named)
async def test_the_solution_passes_and_is_explained(exercise: Exercise) -> None:
    report = await check(exercise, exercise.solution)

    assert report.state == "passed", str(report)
    assert exercise.debrief in str(report)
    assert [title for title, seen in report.steps if seen is None] == []


@pytest.mark.parametrize(("exercise", "wrong"), MISTAKES, ids=named)
async def test_a_typical_mistake_gets_its_own_explanation(exercise: Exercise, wrong: WrongAnswer) -> None:
    report = await check(exercise, wrong.source)

    assert report.state == "not yet"
    assert wrong.told in str(report), str(report)
    assert [other.name for other in exercise.wrong_answers if other.told in str(report)] == [wrong.name]
    assert [line for line in answer(exercise) - lines(wrong.source) if line in str(report)] == []
    assert not OURS.search(str(report))


def answer(exercise: Exercise) -> set[str]:
    """The lines that the solution has and the starter has not: no report may give them away."""
    return {line for line in lines(exercise.solution) - lines(exercise.starter) if len(line) > 12}


def lines(source: str) -> set[str]:
    return {line.strip() for line in source.splitlines()}
