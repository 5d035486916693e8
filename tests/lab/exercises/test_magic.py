"""In a real kernel: cells are run, copied, split and misspelt, and none shows a traceback of ours."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from soniq.lab.exercises import find
from tests.lab.servers.crew import wait_until

pytestmark = pytest.mark.xdist_group("magic")  # one process makes what they share

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


def test_an_interrupt_ends_the_check_and_the_process_of_the_cell(server_url: str, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    loop = f"import os, pathlib\npathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\nwhile True: pass"
    progress = tmp_path / "exercises.json"
    environment = {**os.environ, "SONIQ_DATABASE_URL": server_url, "SONIQ_LAB_PROGRESS": str(progress)}
    manager, client = start_new_kernel(extra_arguments=["--log-level=ERROR"], env=environment)
    try:
        client.execute("from soniq import lab")
        asked = client.execute(MAGIC + loop)
        wait_until(lambda: pid.exists() and pid.read_text() != "", "the cell's process runs", limit_s=60)

        manager.interrupt_kernel()

        assert "Interrupted. Nothing was counted." in result(client, asked)
        assert not psutil.pid_exists(int(pid.read_text()))
        assert not progress.exists()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def result(client: BlockingKernelClient, asked: str) -> str:
    """Wait for what an execution shows."""
    while True:
        message = client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") == asked and message["msg_type"] == "execute_result":
            return str(message["content"]["data"]["text/plain"])


def test_outside_of_ipython_the_lab_loads_none() -> None:
    program = "import sys; from soniq import lab; print('IPython' in sys.modules, 'psycopg' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False False\n"
