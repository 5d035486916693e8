"""Each tick becomes exactly one job, while leaders are killed, frozen and replaced, and others change the schedule."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from soniq import Soniq, task_ref
from tests.chaos.look import Looking, find, wait_until

PROGRAM = Path(__file__).parent / "ticking.py"
LEADER = """
select pid
from soniq.schedule_leader
join soniq.workers
  on workers.id = worker_id
where until > clock_timestamp()
"""
TICKS = """
select scheduled_at from soniq.jobs union all select scheduled_at from soniq.job_history order by 1
"""


@contextmanager
def ticking(url: str, role: str = "worker") -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process that minds the clock for the length of the block."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), url, role])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def looking(migrated_url: str) -> Iterator[Looking]:
    """Connect beside the workers."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        yield connection


def ticks(looking: Looking) -> list[Any]:
    return [tick for (tick,) in looking.execute(TICKS).fetchall()]


def wait_for_ticks(looking: Looking, more: int) -> None:
    before = len(ticks(looking))
    wait_until(looking, lambda: len(ticks(looking)) >= before + more, 20)


def all_of_them_once(looking: Looking) -> bool:
    made = ticks(looking)
    return [(tick - made[0]).total_seconds() for tick in made] == list(range(len(made)))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_each_tick_has_one_job_although_the_leader_dies_freezes_or_leaves(
    looking: Looking, migrated_url: str, how: signal.Signals
) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(ticking(migrated_url)) for _ in range(3)]
        wait_for_ticks(looking, 2)
        wait_until(looking, lambda: find(looking, LEADER) in [worker.pid for worker in workers])
        leader = find(looking, LEADER)
        next(worker for worker in workers if worker.pid == leader).send_signal(how)
        wait_until(looking, lambda: find(looking, LEADER) not in (leader, None))
        wait_for_ticks(looking, 2)
        for worker in workers:
            worker.send_signal(signal.SIGCONT)
        wait_for_ticks(looking, 2)

        assert all_of_them_once(looking)


async def test_a_scheduler_apart_leads_and_is_followed(app: Soniq, looking: Looking, migrated_url: str) -> None:
    with ticking(migrated_url, "scheduler") as scheduler:
        wait_for_ticks(looking, 1)
        assert find(looking, LEADER) is None  # it is no worker
        with ticking(migrated_url):
            wait_until(looking, lambda: find(looking, "select count(*) from soniq.job_history") >= 1)
            scheduler.terminate()
            wait_until(looking, lambda: find(looking, LEADER) is not None)
            wait_for_ticks(looking, 2)

        assert (scheduler.wait(10), all_of_them_once(looking)) == (0, True)


async def test_a_pause_and_a_resume_from_another_process_reach_the_leader_at_once(
    app: Soniq, looking: Looking, migrated_url: str
) -> None:
    with ticking(migrated_url):
        wait_for_ticks(looking, 1)
        assert await app.scheduler.pause("tick")
        paused_at = find(looking, "select clock_timestamp()")
        wait_until(looking, lambda: bool(find(looking, "select clock_timestamp() > %s + interval '2 s'", paused_at)))
        assert [tick for tick in ticks(looking) if tick > paused_at] == []

        assert await app.scheduler.resume("tick")
        resumed_at = find(looking, "select clock_timestamp()")
        wait_until(looking, lambda: ticks(looking)[-1] > resumed_at)

    first = next(tick for tick in ticks(looking) if tick > paused_at)
    assert 0 < (first - resumed_at).total_seconds() <= 1


async def test_a_schedule_added_by_another_process_ticks_within_two_seconds(
    app: Soniq, looking: Looking, migrated_url: str
) -> None:
    first = "select min(created_at) - (select created_at from soniq.schedules where name = 'added') from soniq.jobs"
    with ticking(migrated_url):
        wait_for_ticks(looking, 1)
        await app.scheduler.add(task_ref(name="nobody_knows_it"), every=1, name="added")
        wait_until(
            looking, lambda: bool(find(looking, "select count(*) from soniq.jobs where task = 'nobody_knows_it'"))
        )

        assert find(looking, f"{first} where task = 'nobody_knows_it'").total_seconds() < 2
