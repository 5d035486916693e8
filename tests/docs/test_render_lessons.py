"""A lesson becomes a page: its code, what it showed, and links that lead to pages."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.xdist_group("render_lessons")  # one process makes what they share

RENDER = Path(__file__).parents[2] / "tools" / "render_lessons.py"
DRAWING = '<svg class="t1"><style>.t1{fill:red}</style>\n\n<text>●</text></svg>'

Cell = dict[str, Any]


def lesson(folder: Path, *cells: Cell) -> Path:
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "00_lesson.ipynb").write_text(json.dumps(notebook))
    return folder


def words(source: str) -> Cell:
    return {"cell_type": "markdown", "id": uuid4().hex[:8], "metadata": {}, "source": source}


def code(source: str, *tags: str) -> Cell:
    return {**words(source), "cell_type": "code", "metadata": {"tags": tags}, "outputs": [], "execution_count": None}


def render(notebooks: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(RENDER), "--notebooks", str(notebooks), "--pages", str(notebooks / "pages")]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("lessons")
    links = words("[on](01_next.ipynb#there), [guide](../tutorial/guides/a.md)")
    drawing = code(f"from IPython.display import HTML\nHTML({DRAWING!r})")
    rendered = render(lesson(folder, links, code("print('seen')\n6 * 7"), drawing, code("1 / 0", "raises-exception")))
    assert rendered.returncode == 0, rendered.stderr
    return (folder / "pages" / "00_lesson.md").read_text()


def test_links_lead_to_pages(page: str) -> None:
    assert "[on](01_next.md#there), [guide](../guides/a.md)" in page


def test_code_and_what_it_printed_and_returned_are_shown(page: str) -> None:
    assert "```python\nprint('seen')\n6 * 7\n```\n\n```text\nseen\n```\n\n```text\n42\n```" in page


def test_a_drawing_is_part_of_the_page(page: str) -> None:
    assert f'<div class="lesson-output">\n{DRAWING}\n</div>' in page


def test_a_cell_that_must_fail_shows_its_error_without_colour_codes(page: str) -> None:
    assert "ZeroDivisionError: division by zero" in page
    assert "\x1b" not in page


def test_a_cell_that_fails_unasked_ends_the_build(tmp_path: Path) -> None:
    assert render(lesson(tmp_path, code("1 / 0"))).returncode != 0
