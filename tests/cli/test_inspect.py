"""`soniq inspect` and what `soniq status` shows on request."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.test_cli import Shell

GONE = """
insert into soniq.workers (id, host, pid, concurrency, beat_at)
values ('00000000-0000-0000-0000-000000000001', 'web-1', 4711, 4, now() - interval '5 minutes');
update soniq.jobs
set state = 'processing', token = gen_random_uuid(), worker_id = '00000000-0000-0000-0000-000000000001', attempt = 1,
    max_attempts = 2
"""
ALIVE = "insert into soniq.workers (id, host, pid, concurrency) values (gen_random_uuid(), 'web-2', 4712, 4)"


@pytest.fixture
def shell(tmp_path: Path, migrated_url: str) -> Shell:
    """Have a job in the hands of a worker that is gone, and a worker that lives."""
    made = Shell(tmp_path, migrated_url)
    made.enqueue("Ada")
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(GONE)
        connection.execute(ALIVE)
    return made


def seen(shell: Shell, *words: str) -> Any:
    return json.loads(shell.run("inspect", "--json", *words).stdout)


def test_it_shows_the_workers_and_what_they_hold(shell: Shell) -> None:
    table, found = shell.run("inspect").stdout, seen(shell)

    assert [worker["host"] for worker in found["workers"]] == ["web-1", "web-2"]
    assert [job["worker_id"] for job in found["jobs"]] == [found["workers"][0]["id"]]
    assert ("web-2" in table, "greet" in table) == (True, True)


def test_stale_are_those_that_are_silent(shell: Shell) -> None:
    assert [worker["host"] for worker in seen(shell, "--stale")["workers"]] == ["web-1"]


def test_a_cleanup_lets_the_jobs_of_the_gone_run_again(shell: Shell) -> None:
    cleaned = seen(shell, "--cleanup", "--schedules")
    again = shell.run("inspect", "--stale").stdout
    shell.run("worker", "shop", "--run-once")
    [job] = json.loads(shell.run("jobs", "--json").stdout)

    assert cleaned["rescued"] == {"jobs": 1, "ended": 0}
    assert ([one["host"] for one in cleaned["workers"]], cleaned["schedules"]) == (["web-2"], [])
    assert again == "no worker is gone\n"
    assert (job["status"], job["result"]) == ("done", "hello Ada")


def test_status_shows_jobs_and_schedules_on_request(shell: Shell) -> None:
    told = json.loads(shell.run("status", "--jobs", "--verbose", "--json").stdout)
    table = shell.run("status", "--jobs", "--verbose").stdout

    assert [job["job_name"] for job in told["jobs"]] == ["greet"]
    assert told["schedules"] == []
    assert table.startswith(told["about"])
    assert "no schedules" in table
