"""Broken pieces of the bookshop to mend, each in one `%%exercise name` cell.

A learner runs the cell. Its source is read in child processes, which place orders on a real Postgres while
real faults strike; the report tells what was seen. `lab.hint()`, `lab.solution()`, `lab.reset()` and
`lab.summary()` do what they say.

To add an exercise, add one file, `course/<name>.py`, which ends with `EXERCISE = Exercise(…)`. See
`course/join_it.py`, and `exercise.py` for what each part is. In short:

- `starter` and `solution` are whole cells as text, at most 40 lines, with one `TODO` in the starter. They import
  what they use. What they define is what the check asks for: `place_order`, a query, an answer.
- An *actor* is a function at the top of the file, `async def request(learned: Learned, where: Where, *more)`. It
  runs in the child process: it opens the app or the pool on `where.database` and calls `learned.get("place_order")`.
  `more` and what it returns are values that JSON can carry. Heavy imports at the file's top are free for it: the
  process is forked from one that has them.
- `steps` are what is checked, in order; the first that does not fit ends the check. `looks` has those that many
  exercises share (`good_day`, `card_declined`, `killed`, `early_worker`). One of your own is
  `Step("What happens", look)` with `async def look(attempt: Attempt) -> Finding`: make a `Scene` on `attempt.shop`,
  let the cell act in it (`attempt.request`, `attempt.work`, `attempt.call`, or `attempt.run` beside any scene), ask
  the shop, and return `fits("…")` or `differs(seen, expected, how, picture)`. Say what was seen and how it came
  about; never what to write instead. `raised(ending, expected)` says that the code failed by itself, and
  `retold(story, …)` draws a story that is not about an order and its invoice. A shop is fresh for each check: make
  the tables that you need in it.
- `shown` is a cell of code to run before it; what it shows stands in `sources`.
- `wrong_answers`: three or more cells that people write, each with words that only its explanation contains.
- `python -m tools.write_exercises` writes the notebooks; `pytest tests/lab/exercises -k <name>` proves the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from soniq.lab.exercises.desk import check_cell, hint, reset, solution, summary
    from soniq.lab.exercises.magic import start
    from soniq.lab.exercises.shelf import exercises, find

__all__ = ["check_cell", "exercises", "find", "hint", "reset", "solution", "start", "summary"]

_HOMES: Final = {
    "check_cell": "desk",
    "exercises": "shelf",
    "find": "shelf",
    "hint": "desk",
    "reset": "desk",
    "solution": "desk",
    "start": "magic",
    "summary": "desk",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
