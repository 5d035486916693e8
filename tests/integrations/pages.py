"""A guide's own files behind its own server, in processes of their own: what a reader would run."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from tests.adapters.poll import wait_until
from tests.docs.test_code_blocks import SITE, blocks

BIN = Path(sys.executable).parent


def environment(database_url: str, **more: str) -> dict[str, str]:
    """Give what a program of the page needs to know."""
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "SONIQ_DATABASE_URL": database_url, **more}


def write_files(page: str, folder: Path) -> None:
    """Write the named files of a guide."""
    for block in blocks(SITE / "guides" / page):
        if block.title:
            (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.title).write_text(block.text)


def run(command: str, folder: Path, env: dict[str, str]) -> None:
    """Run a command to its end."""
    subprocess.run(command.split(), cwd=folder, env=env, check=True, capture_output=True)


@contextmanager
def process(command: str, folder: Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block runs, and end it by SIGTERM."""
    started = subprocess.Popen(
        command.split(), cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(20)
        finally:
            started.kill()
            started.wait()


@contextmanager
def served(command: str, folder: Path, env: dict[str, str]) -> Iterator[httpx.Client]:
    """Run a server on a free port (`{port}` in the command) while the block runs; give a client of it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with (
        process(command.format(port=port), folder, env) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"host": "localhost"}, timeout=20) as client,
    ):
        wait_until(lambda: answers(client) or server.poll() is not None, 20)
        assert server.poll() is None, "the server ended"
        yield client


def answers(client: httpx.Client) -> bool:
    """Say whether anything answers."""
    try:
        client.get("/")
    except httpx.TransportError:
        return False
    return True
