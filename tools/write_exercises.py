"""Write the notebooks of the exercises and of their solutions from the package, so that they cannot drift apart."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import click

from soniq.lab.exercises import exercises
from soniq.lab.exercises.exercise import Exercise

NOTEBOOKS: Final = Path(__file__).parents[1] / "notebooks"
KERNEL: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
Cell = tuple[str, str]


@click.command()
@click.option("--notebooks", default=NOTEBOOKS, type=click.Path(path_type=Path, exists=True))
def write(notebooks: Path) -> None:
    """Write every notebook anew."""
    for path, text in pages(notebooks).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(path.relative_to(notebooks))


def pages(notebooks: Path) -> dict[Path, str]:
    """Give each notebook's path and text."""
    every = exercises()
    written = {}
    for each, following in zip(every, [*every[1:], None], strict=True):
        written[notebooks / "exercises" / file(each)] = notebook(each.name, cells(each, following))
        written[notebooks / "solutions" / file(each)] = notebook(f"{each.name} solved", solved(each))
    return written


def file(exercise: Exercise) -> str:
    """Name its notebook."""
    return f"{exercise.number:02}_{exercise.name}.ipynb"


def cells(exercise: Exercise, following: Exercise | None) -> list[Cell]:
    """Lay out the notebook of an exercise."""
    way_on = f"Next: [{following.number}, {following.title}]({file(following)})." if following else "This is the last."
    return [
        ("markdown", f"# {exercise.number} · {exercise.title}\n\n{exercise.question}"),
        ("markdown", f"It follows lesson [{exercise.lesson[:2]}](../{exercise.lesson}.ipynb)."),
        ("code", "from soniq import lab"),
        *([("markdown", "Read this first:"), ("code", exercise.shown)] if exercise.shown else []),
        ("markdown", f"{checked(exercise)}\n\nRun the cell as it is and look at what comes of it. Then mend it."),
        ("code", f"%%exercise {exercise.name}\n{exercise.starter}"),
        ("markdown", "Stuck? Take away a `#` and run the cell; each run of the first line says more."),
        ("code", "\n".join(f'# lab.{word}("{exercise.name}")' for word in ("hint", "solution", "reset"))),
        ("markdown", f"How far you have come. {way_on}"),
        ("code", "lab.summary()"),
    ]


def solved(exercise: Exercise) -> list[Cell]:
    """Lay out the notebook of a solution."""
    return [
        ("markdown", f"# {exercise.number} · {exercise.title}: a solution\n\n{exercise.question}"),
        ("code", "from soniq import lab"),
        ("markdown", f"The [exercise](../exercises/{file(exercise)}) as somebody mended it:"),
        ("code", f"%%exercise {exercise.name}\n{exercise.solution}"),
    ]


def checked(exercise: Exercise) -> str:
    """List what is checked."""
    return "This is checked, and nothing else:\n\n" + "\n".join(f"- {step.title}" for step in exercise.steps)


def notebook(name: str, parts: list[Cell]) -> str:
    """Write a notebook's text; the ids of its cells are the same every time."""
    written = [cell(f"{name} {at}", kind, text.rstrip("\n")) for at, (kind, text) in enumerate(parts)]
    whole = {"cells": written, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def cell(name: str, kind: str, text: str) -> dict[str, Any]:
    """Write one cell."""
    bare = {
        "cell_type": kind,
        "id": sha256(name.encode()).hexdigest()[:8],
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return bare if kind == "markdown" else bare | {"execution_count": None, "outputs": []}


if __name__ == "__main__":
    sys.exit(write())
