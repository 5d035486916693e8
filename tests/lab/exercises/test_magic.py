"""In a real kernel: cells are run, copied, split and misspelt, and none shows a traceback of ours."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from soniq.lab.exercises import find

JOIN_IT = find("join_it")
MAGIC = "%%exercise join_it\n"
FIRST, SECOND = JOIN_IT.solution.split("\n\n\n")


@pytest.fixture(scope="module")
def said(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Run cells as learners do, and return the text that each shows."""
    cells = [
        "from soniq import lab",
        MAGIC + JOIN_IT.solution,
        MAGIC + FIRST,
        "%%exercise join_itt\npass",
        MAGIC + JOIN_IT.starter,
        "lab.hint()",
        "lab.summary()",
    ]
    progress = tmp_path_factory.mktemp("progress") / "exercises.json"
    environment = {**os.environ, "SONIQ_DATABASE_URL": server_url, "SONIQ_LAB_PROGRESS": str(progress)}
    return run(cells, environment)


def run(cells: list[str], environment: dict[str, str]) -> list[str]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=60, extra_arguments=["--log-level=ERROR"])
    client.execute(env=environment)
    return ["".join(shown(output) for output in cell.outputs) for cell in notebook.cells]


def shown(output: dict[str, object]) -> str:
    data = output.get("data")
    return str(data["text/plain"]) if isinstance(data, dict) else str(output.get("text", output))


def test_a_cell_is_checked_where_it_stands(said: list[str]) -> None:
    assert "✓ Passed · 5 Join it" in said[1]


def test_half_of_a_split_cell_is_told_what_is_missing(said: list[str]) -> None:
    assert "The cell defines no `place_order`" in said[2]


def test_a_misspelt_name_is_told_the_nearest(said: list[str]) -> None:
    assert "did you mean 'join_it'?" in said[3]
    assert "Traceback" not in said[3]


def test_a_copy_as_it_shipped_takes_nothing_back(said: list[str]) -> None:
    assert "○ Not attempted" in said[4]
    assert "✓  5 Join it" in said[6]


def test_a_hint_is_for_the_cell_that_ran_last(said: list[str]) -> None:
    assert said[5].startswith("Hint 1 of 3")


def test_outside_of_ipython_the_lab_loads_none() -> None:
    program = "import sys; from soniq import lab; print('IPython' in sys.modules, 'psycopg' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False False\n"
