"""`soniq worker` ends when it is told to, however its handlers behave, and loses no job."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from soniq import Soniq, task_ref
from tests.chaos.look import Looking, find, wait_until
from tests.cli.test_cli import Shell

Working = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]
SLOW = """
import asyncio, psycopg
from soniq import Soniq

app = Soniq(shutdown_timeout=0.2, heartbeat_interval=0.1, concurrency=1)

def run(statement):
    with psycopg.connect(app.settings.database_url, autocommit=True) as connection:
        return connection.execute(statement).statusmessage

@app.job(name="patient")
async def patient():
    run("insert into begun values ('patient')")
    await asyncio.Event().wait()

@app.job(name="thread")
def thread():
    run("insert into begun values ('thread')")
    while run("select from told") == "SELECT 0":
        run("select pg_sleep(0.02)")

@app.job(name="stubborn")
async def stubborn():
    run("insert into begun values ('stubborn')")
    while run("select from told") == "SELECT 0":
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
"""

STOPPING = "select beat_at from soniq.workers where state = 'stopping'"


@pytest.fixture
def looking(migrated_url: str) -> Iterator[Looking]:
    """Connect beside the worker, where its handlers say that they have begun and are told to end."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute("create table begun (task text); create table told (yes boolean)")
        yield connection


@pytest.fixture
def working(tmp_path: Path, migrated_url: str) -> Working:
    """Run `soniq worker slow:app …` for the length of a block."""
    (tmp_path / "slow.py").write_text(SLOW)
    shell = Shell(tmp_path, migrated_url)

    @contextmanager
    def start(*words: str) -> Iterator["subprocess.Popen[str]"]:
        command = [sys.executable, "-m", "soniq", "worker", "slow:app", *words]
        process = subprocess.Popen(command, cwd=tmp_path, env=shell.environment, stderr=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    return start


def begun(looking: Looking) -> int:
    return int(find(looking, "select count(*) from begun"))


def wait_until_its_time_is_over(looking: Looking) -> None:
    """See ten beats, a tenth of a second apart, of a worker that stops."""
    seen: set[object] = set()

    def ten_seen() -> bool:
        seen.add(find(looking, STOPPING))
        return len(seen) > 10

    wait_until(looking, ten_seen)


def jobs(looking: Looking) -> list[tuple[str, int]]:
    return looking.execute("select state, attempt from soniq.jobs order by id").fetchall()


@pytest.mark.parametrize("mode", [(), ("--run-once",)], ids=["continuous", "once"])
async def test_a_signal_hands_back_what_cannot_be_finished(
    app: Soniq, working: Working, looking: Looking, mode: tuple[str, ...]
) -> None:
    await app.enqueue_many(task_ref(name="patient"), [{}, {}])
    with working(*mode) as worker:
        wait_until(looking, lambda: begun(looking) == 1)
        worker.terminate()
        _, said = worker.communicate(timeout=20)

    assert worker.returncode == 0, said
    assert "ended after 1 attempt" in said
    assert jobs(looking) == [("ready", 0)] * 2
    assert find(looking, "select count(*) from soniq.workers") == 0


async def test_a_thread_is_waited_for_with_its_claim_kept(app: Soniq, working: Working, looking: Looking) -> None:
    await app.enqueue(task_ref(name="thread"))
    with working() as worker:
        wait_until(looking, lambda: begun(looking) == 1)
        worker.terminate()
        wait_until_its_time_is_over(looking)
        assert jobs(looking) == [("processing", 1)]
        looking.execute("insert into told values (true)")
        _, said = worker.communicate(timeout=20)

    assert worker.returncode == 0, said
    assert find(looking, "select attempt from soniq.job_history where state = 'done'") == 1


@pytest.mark.parametrize(
    ("task", "first", "second"),
    [
        ("thread", signal.SIGTERM, signal.SIGTERM),
        ("thread", signal.SIGINT, signal.SIGINT),
        ("stubborn", signal.SIGTERM, None),
    ],
)
async def test_a_handler_that_does_not_end_ends_with_the_process_and_its_job_runs_again(
    app: Soniq, working: Working, looking: Looking, task: str, first: signal.Signals, second: signal.Signals | None
) -> None:
    await app.enqueue(task_ref(name=task))
    with working() as worker:
        wait_until(looking, lambda: begun(looking) == 1)
        worker.send_signal(first)
        if second is not None:
            wait_until_its_time_is_over(looking)
            worker.send_signal(second)
        _, said = worker.communicate(timeout=20)

    assert (worker.returncode, "1 handler still running" in said) == (1, True), said
    assert jobs(looking) == [("processing", 1)]
    looking.execute("insert into told values (true)")
    with working():
        wait_until(looking, lambda: find(looking, "select attempt from soniq.job_history") == 2)
