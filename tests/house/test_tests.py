"""Tests wait for a fact, never for a time; lessons store no outputs."""

import json
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NOTEBOOKS = sorted(TESTS.parent.glob("notebooks/**/*.ipynb"))
# asyncio.sleep(0) lets others run; a statement's pg_sleep holds a real transaction open.
SLEEP = re.compile(r"(?<!pg_)\bsleep[(](?!0\))")


def test_no_test_sleeps() -> None:
    sleeping = [str(path) for path in TESTS.rglob("test_*.py") if SLEEP.search(path.read_text())]

    assert sleeping == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_notebook_stores_outputs(notebook: Path) -> None:
    cells = json.loads(notebook.read_text())["cells"]

    assert [cell["outputs"] for cell in cells if cell.get("outputs")] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_names_its_kernel_so_that_nobody_is_asked(notebook: Path) -> None:
    assert json.loads(notebook.read_text())["metadata"]["kernelspec"]["name"] == "python3"
