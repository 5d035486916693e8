"""A worker that is killed in the middle of a job is noticed within seconds, and its job runs again (P4)."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

import psycopg
import pytest

from soniq import Soniq, task_ref
from tests.chaos.look import Looking, find, wait_until

PROGRAM = Path(__file__).parent / "killed_worker.py"
KILLS = int(os.environ.get("SONIQ_TEST_KILLS", "3"))
BLOCK, POISON, HARMLESS = (task_ref(name=name) for name in ("block", "poison", "harmless"))
RUNS = "create table runs (job_id uuid, attempt integer, pid integer, at timestamptz default clock_timestamp())"


@contextmanager
def worker(url: str, concurrency: int = 4, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker in a process of its own for the length of the block."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), url, str(concurrency)], env=os.environ | settings)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def looking(migrated_url: str) -> Iterator[Looking]:
    """Connect beside the workers."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(RUNS)
        connection.execute("create table told (yes boolean)")
        connection.execute("create table ended (pid integer, at timestamptz default clock_timestamp())")
        yield connection


def workers(connection: Looking) -> int:
    return int(find(connection, "select count(*) from soniq.workers"))


async def test_the_job_of_a_killed_worker_runs_again_within_five_seconds(
    app: Soniq, migrated_url: str, looking: Looking, capsys: Any
) -> None:
    with worker(migrated_url) as survivor:
        # The survivor trusts a free lock once its own session is ten seconds old.
        wait_until(looking, lambda: bool(find(looking, "select now() - started_at > '11 s' from soniq.workers")), 20)
        took = [await kill_in_a_job(app, migrated_url, looking, survivor.pid) for _ in range(KILLS)]

    with capsys.disabled():
        sys.stdout.write(f"\n  a killed worker's job ran again after {median(took):.2f} s, median of {KILLS}\n")
    assert median(took) < 5


async def kill_in_a_job(app: Soniq, url: str, looking: Looking, survivor: int) -> float:
    """Let a second worker take a job, kill it, and say how long it took until the first one ran the job."""
    with worker(url) as victim:
        wait_until(looking, lambda: workers(looking) == 2)
        os.kill(survivor, signal.SIGSTOP)  # so that it is the victim who takes the job
        job_id = await app.enqueue(BLOCK)
        wait_until(looking, lambda: find(looking, "select pid from runs where job_id = %s", job_id) == victim.pid)
        os.kill(survivor, signal.SIGCONT)
        victim.kill()
        killed = monotonic()
        wait_until(looking, lambda: find(looking, "select count(*) from runs where job_id = %s", job_id) == 2)
        return monotonic() - killed


async def test_a_worker_that_restarts_alone_takes_up_what_its_predecessor_held(
    app: Soniq, migrated_url: str, looking: Looking
) -> None:
    job_id = await app.enqueue(BLOCK)
    with worker(migrated_url):
        wait_until(looking, lambda: find(looking, "select count(*) from runs") == 1)

    with worker(migrated_url):
        wait_until(looking, lambda: find(looking, "select count(*) from soniq.job_history") == 1, 20)

    [(first, _), (second, _)] = looking.execute("select attempt, pid from runs order by at").fetchall()
    assert (first, second) == (1, 2)
    assert find(looking, "select attempt from soniq.job_history where id = %s", job_id) == 2


async def test_a_frozen_worker_loses_its_job_and_cannot_settle_it_when_it_thaws(
    app: Soniq, migrated_url: str, looking: Looking
) -> None:
    with worker(migrated_url, SONIQ_HEARTBEAT_TIMEOUT="2") as frozen:
        job_id = await app.enqueue(task_ref(name="until_told"))
        wait_until(looking, lambda: find(looking, "select count(*) from runs") == 1)
        os.kill(frozen.pid, signal.SIGSTOP)
        looking.execute("insert into told values (true)")
        with worker(migrated_url, SONIQ_HEARTBEAT_TIMEOUT="2") as other:
            wait_until(looking, lambda: find(looking, "select count(*) from soniq.job_history") == 1)
            os.kill(frozen.pid, signal.SIGCONT)
            wait_until(looking, lambda: workers(looking) == 2)
            wait_until(looking, lambda: bool(find(looking, "select count(*) = 2 from ended")))

    assert find(looking, "select attempt from soniq.job_history where id = %s", job_id) == 2
    assert find(looking, "select count(*) from soniq.job_history") == 1
    assert [row[0] for row in looking.execute("select pid from ended order by at").fetchall()] == [
        other.pid,
        frozen.pid,
    ]


async def test_a_poison_job_ends_as_a_dead_letter_and_spends_no_attempt_of_its_neighbours(
    app: Soniq, migrated_url: str, looking: Looking
) -> None:
    await app.enqueue_many(HARMLESS, [{"number": number} for number in range(20)])
    await app.enqueue(POISON)
    await app.enqueue_many(HARMLESS, [{"number": number} for number in range(20)])
    looking.execute("update soniq.jobs set max_attempts = 2")

    for _ in range(6):
        with worker(migrated_url, concurrency=50) as process:
            wait_until(looking, lambda: process.poll() is not None or ended(looking) == 41, 30)
        if ended(looking) == 41:
            break

    assert find(looking, "select count(*) from soniq.job_history where task = 'harmless' and attempt = 1") == 40
    row = looking.execute("select task, reason, attempt, last_error from soniq.dead_letter_jobs").fetchone()
    assert row is not None
    assert row[:3] == ("poison", "max_retries_exceeded", 2)
    assert "WorkerDied" in row[3]


def ended(looking: Looking) -> int:
    return int(
        find(
            looking,
            "select (select count(*) from soniq.job_history) + (select count(*) from soniq.dead_letter_jobs)",
        )
    )
