"""`soniq worker --processes` keeps its workers running and leaves none behind; probes say who takes jobs."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from socket import create_server

import psutil
import psycopg
import pytest

from soniq import Soniq, task_ref
from soniq.errors import OptionInvalid
from tests.chaos.look import Looking, find, wait_until
from tests.cli.test_cli import Shell

Working = Callable[..., AbstractContextManager["subprocess.Popen[str]"]]
CREW = """
import asyncio, os, psycopg
from soniq import Soniq

app = Soniq(heartbeat_interval=0.1, concurrency=1, poll_interval=0.1)

@app.job(name="wait")
async def wait():
    with psycopg.connect(app.settings.database_url, autocommit=True) as connection:
        connection.execute("insert into begun values (1)")
        while not connection.execute("select from told").rowcount:
            connection.execute("select pg_sleep(0.01)")
            await asyncio.sleep(0)

@app.job(name="leave", retries=0)
async def leave():
    os._exit(7)
"""
PIDS = "select array_agg(pid order by pid) from soniq.workers"


@pytest.fixture
def looking(migrated_url: str) -> Iterator[Looking]:
    with closing(psycopg.connect(migrated_url, autocommit=True)) as connection:
        connection.execute("create table begun (one integer); create table told (yes boolean)")
        yield connection


@pytest.fixture
def working(tmp_path: Path, migrated_url: str) -> Working:
    """Run `soniq worker crew:app …` for the length of a block; what it started is ended with it."""
    (tmp_path / "crew.py").write_text(CREW)
    shell = Shell(tmp_path, migrated_url)

    @contextmanager
    def start(*words: str) -> Iterator["subprocess.Popen[str]"]:
        command = [sys.executable, "-m", "soniq", "worker", "crew:app", *words]
        process = subprocess.Popen(command, cwd=tmp_path, env=shell.environment, stderr=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    return start


def pids(looking: Looking) -> list[int]:
    return find(looking, PIDS) or []


def free_port() -> int:
    with closing(create_server(("127.0.0.1", 0))) as one:
        port: int = one.getsockname()[1]
    return port


def answer(port: int, path: str) -> int:
    """Ask for a path; 0 where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as said:
            return int(said.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def test_a_process_that_dies_is_started_again_and_a_signal_ends_them_all(working: Working, looking: Looking) -> None:
    with working("--processes", "2") as parent:
        wait_until(looking, lambda: len(pids(looking)) == 2, 30)
        first, second = pids(looking)
        os.kill(first, signal.SIGKILL)
        wait_until(looking, lambda: len(set(pids(looking)) - {first, second}) == 1, 30)
        children = [child.pid for child in psutil.Process(parent.pid).children()]
        parent.terminate()
        _, said = parent.communicate(timeout=30)

    assert parent.returncode == 0, said
    assert "ended with 137; again in 0.5 s" in said
    assert not any(map(psutil.pid_exists, children))
    assert set(pids(looking)) <= {first}  # whose row the next sweep of another worker removes


def test_a_parent_that_is_killed_leaves_no_process_behind(working: Working, looking: Looking) -> None:
    with working("--processes", "2") as parent:
        wait_until(looking, lambda: len(pids(looking)) == 2, 30)
        children = pids(looking)
        parent.kill()
        wait_until(looking, lambda: pids(looking) == [], 30)
        wait_until(looking, lambda: not any(map(psutil.pid_exists, children)), 30)


async def test_the_exit_status_is_the_worst_of_all(app: Soniq, working: Working, looking: Looking) -> None:
    await app.enqueue(task_ref(name="leave"))
    with working("--processes", "2", "--run-once") as parent:
        _, said = parent.communicate(timeout=60)

    assert parent.returncode == 7, said


def test_a_changed_file_starts_the_worker_anew(working: Working, looking: Looking, tmp_path: Path) -> None:
    with working("--reload"):
        wait_until(looking, lambda: len(pids(looking)) == 1, 30)
        before = pids(looking)
        (tmp_path / "crew.py").write_text(CREW + "\nchanged = True\n")
        wait_until(looking, lambda: len(pids(looking)) == 1 and pids(looking) != before, 30)


async def test_probes_say_whether_the_worker_takes_jobs(
    app: Soniq, working: Working, looking: Looking, tmp_path: Path
) -> None:
    port, file = free_port(), tmp_path / "ready"
    await app.enqueue(task_ref(name="wait"))
    with working("--http-port", str(port), "--ready-file", str(file)) as worker:
        wait_until(looking, lambda: answer(port, "/ready") == 200 and file.exists(), 30)
        assert (answer(port, "/live"), answer(port, "/other")) == (200, 404)
        wait_until(looking, lambda: bool(find(looking, "select count(*) from begun")))
        worker.terminate()
        wait_until(looking, lambda: answer(port, "/ready") == 503 and not file.exists())
        assert answer(port, "/live") == 200
        looking.execute("insert into told values (true)")
        _, said = worker.communicate(timeout=30)

    assert (worker.returncode, file.exists()) == (0, False), said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--ready-file", "/nowhere/ready"), "No such file or directory"),
        (("--http-port", "{taken}"), "Address already in use"),
        (("--reload", "--run-once"), "not both"),
        (("--queues", "mail=0"), "whole number from 1 to 1000"),
        (("--processes", "2", "--queues", "mail=3,billing", "no_such_option"), "unexpected extra argument"),
    ],
)
def test_what_cannot_work_is_said_at_once(tmp_path: Path, migrated_url: str, words: tuple[str, ...], says: str) -> None:
    shell = Shell(tmp_path, migrated_url)
    with closing(create_server(("0.0.0.0", 0))) as taken:
        port = taken.getsockname()[1]
        done = shell.run("worker", "shop:app", *(word.format(taken=port) for word in words))

    assert done.returncode in (1, 2)
    assert says in done.stderr
    assert "Traceback" not in done.stderr


async def test_an_app_is_ready_while_its_workers_take_jobs(app: Soniq) -> None:
    before = app.is_ready
    async with app.worker(queues={"mail": 3, "billing": 1}):
        during = app.is_ready

    assert (before, during, app.is_ready) == (False, True, False)


@pytest.mark.parametrize("weights", [{"mail": 0}, {"mail": 1001}, {"mail": True}, {"mail": "3"}, {}])
async def test_a_weight_is_a_whole_number_within_bounds(app: Soniq, weights: dict[str, int]) -> None:
    with pytest.raises(OptionInvalid):
        await app.run_worker(queues=weights, run_once=True)


async def test_a_weighted_worker_serves_every_queue_it_names(app: Soniq) -> None:
    app.job(name="nothing")(_nothing)
    for queue in ("mail", "billing", "other"):
        await app.enqueue("nothing", queue=queue)

    assert await app.run_worker(queues={"mail": 3, "billing": 1}, run_once=True) == 2


async def _nothing() -> None: ...
