"""A learner, in a process of its own: Run All, and Run All again in the same kernel."""

import socket
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

LIMIT_SECONDS = 60.0
ELSEWHERE = ("192.0.2.1", 443)  # an address for documentation, RFC 5737: nobody answers there


def follow(lesson: Path) -> None:
    """Run the lesson; whatever a learner would stumble over ends this process with a message."""
    notebook = nbformat.reads(lesson.read_text(), as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook,
        timeout=LIMIT_SECONDS,
        resources={"metadata": {"path": str(lesson.parent)}},
        extra_arguments=["--log-level=ERROR"],  # its warning on sockets is about networks, and this is one machine
    )
    with client.setup_kernel():
        run_all(client)
        run_all(client)


def run_all(client: NotebookClient) -> None:
    """Run every cell in its order, within a minute."""
    began = time.monotonic()
    for index, cell in enumerate(client.nb.cells):
        client.execute_cell(cell, index)
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                sys.exit(f"cell {index} complains:\n{output.text}")
    seconds = time.monotonic() - began
    if seconds > LIMIT_SECONDS:
        sys.exit(f"it took {seconds:.0f} s")


def is_offline() -> bool:
    """Say whether there is no way to another machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        try:
            probe.connect(ELSEWHERE)
        except TimeoutError:
            return False  # a packet went out
        except OSError:
            return True
    return False


if __name__ == "__main__":
    follow(Path(sys.argv[1]))
