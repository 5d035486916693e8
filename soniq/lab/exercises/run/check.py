"""Check a cell: every step in its order, until one does not fit."""

import ast
from collections.abc import Iterable
from contextlib import AsyncExitStack

from soniq.lab.exercises.exercise import Exercise, Step
from soniq.lab.exercises.report import Finding, Report, State
from soniq.lab.exercises.run.attempt import PATIENCE_S, Attempt
from soniq.lab.exercises.run.stumble import Stumble
from soniq.lab.shop import Shop, open_shop


async def check(exercise: Exercise, source: str, shop: Shop | None = None, patience_s: float = PATIENCE_S) -> Report:
    """Run a cell under all that the exercise's steps let happen to it.

    Args:
        exercise: Which.
        source: The cell, without its `%%exercise` line.
        shop: A bookshop for it alone; if not given one is opened, and closed afterwards.
        patience_s: How long one process of the cell may take, in seconds.

    Raises:
        LabUnavailable: No way leads to a server.
    """
    async with AsyncExitStack() as leaving:
        if shop is None:
            shop = await open_shop()
            leaving.push_async_callback(shop.close)
        attempt = Attempt(shop, source, patience_s)
        seen = await _look(exercise.steps, attempt)
        return _report(exercise, source, seen, attempt.printed)


def is_as_shipped(exercise: Exercise, source: str) -> bool:
    """Say whether nothing that matters to Python was changed: comments and blank lines do not."""
    try:
        return ast.dump(ast.parse(source)) == ast.dump(ast.parse(exercise.starter))
    except (SyntaxError, ValueError):
        return False


async def _look(steps: Iterable[Step], attempt: Attempt) -> list[Finding]:
    seen: list[Finding] = []
    for step in steps:
        try:
            seen.append(await step.look(attempt))
        except Stumble as stumble:
            seen.append(stumble.finding)
        if not seen[-1].fits:
            break
    return seen


def _report(exercise: Exercise, source: str, seen: list[Finding], printed: str) -> Report:
    unseen = [None] * (len(exercise.steps) - len(seen))
    steps = tuple(zip([step.title for step in exercise.steps], [*seen, *unseen], strict=True))
    state = _state(exercise, source, seen)
    return Report(
        exercise.name, f"{exercise.number} {exercise.title}", state, steps, printed, _closing(exercise, state)
    )


def _state(exercise: Exercise, source: str, seen: list[Finding]) -> State:
    if all(finding.fits for finding in seen):
        return "passed"
    return "not attempted" if is_as_shipped(exercise, source) else "not yet"


def _closing(exercise: Exercise, state: State) -> str:
    if state == "passed":
        return exercise.debrief
    stuck = f'`lab.hint("{exercise.name}")` gives a hint.'
    if state == "not attempted":
        return f"The cell is as it shipped, and this is what comes of it. Change it, and run it again. {stuck}"
    return f"Change the cell, and run it again. {stuck}"
