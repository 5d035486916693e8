"""`soniq worker` ends when it is told to, however its handlers behave, and loses no job."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from soniq import Soniq, task_ref
from tests.chaos.look import Looking, find, wait_until
from tests.cli.test_cli import Shell

SLOW = """
import asyncio, psycopg
from soniq import Soniq

app = Soniq(shutdown_timeout=0.2, concurrency=1)

def run(statement):
    with psycopg.connect(app.settings.database_url, autocommit=True) as connection:
        return connection.execute(statement).statusmessage

@app.job(name="patient")
async def patient():
    run("insert into begun values ('patient')")
    await asyncio.Event().wait()
"""


@pytest.fixture
def looking(migrated_url: str) -> Iterator[Looking]:
    """Connect beside the worker, where its handlers say that they have begun and are told to end."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute("create table begun (task text); create table told (yes boolean)")
        yield connection


@contextmanager
def working(folder: Path, url: str, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `soniq worker slow:app …` for the length of the block."""
    shell = Shell(folder, url)
    (folder / "slow.py").write_text(SLOW)
    command = [sys.executable, "-m", "soniq", "worker", "slow:app", *words]
    process = subprocess.Popen(command, cwd=folder, env=shell.environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def begun(looking: Looking) -> int:
    return int(find(looking, "select count(*) from begun"))


def jobs(looking: Looking) -> list[tuple[str, int]]:
    return looking.execute("select state, attempt from soniq.jobs order by id").fetchall()


@pytest.mark.parametrize("mode", [(), ("--run-once",)], ids=["continuous", "once"])
async def test_a_signal_hands_back_what_cannot_be_finished(
    app: Soniq, tmp_path: Path, migrated_url: str, looking: Looking, mode: tuple[str, ...]
) -> None:
    await app.enqueue_many(task_ref(name="patient"), [{}, {}])
    with working(tmp_path, migrated_url, *mode) as worker:
        wait_until(looking, lambda: begun(looking) == 1)
        worker.terminate()
        _, said = worker.communicate(timeout=20)

    assert worker.returncode == 0, said
    assert "ended after 1 attempt" in said
    assert jobs(looking) == [("ready", 0)] * 2
    assert find(looking, "select count(*) from soniq.workers") == 0
