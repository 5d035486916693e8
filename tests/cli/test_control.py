"""`soniq jobs cancel`, `soniq jobs delete` and `soniq queues`."""

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import Shell


@pytest.fixture
def shell(tmp_path: Path, migrated_url: str) -> Shell:
    return Shell(tmp_path, migrated_url)


def test_a_job_is_cancelled_once(shell: Shell) -> None:
    shell.enqueue("Ada")
    [job] = json.loads(shell.run("jobs", "--json").stdout)

    first, second = (shell.run("jobs", "cancel", job["id"]) for _ in range(2))

    assert (first.returncode, first.stdout) == (0, f"job {job['id']} is cancelled\n")
    assert (second.returncode, second.stderr) == (1, f"too late: job {job['id']} has ended\n")
    assert "greet  cancelled" in shell.run("jobs", "show", job["id"]).stdout


def test_a_job_is_deleted_once(shell: Shell) -> None:
    shell.enqueue("Ada")
    [job] = json.loads(shell.run("jobs", "--json").stdout)

    first, second = (shell.run("jobs", "delete", job["id"]) for _ in range(2))

    assert (first.returncode, second.returncode) == (0, 1)
    assert "nothing deleted" in second.stderr
    assert json.loads(shell.run("jobs", "--json").stdout) == []


def test_a_queue_is_paused_shown_and_resumed(shell: Shell) -> None:
    shell.enqueue("Ada")
    said = [shell.run("queues", "pause", "default").stdout for _ in range(2)]
    ran = shell.run("worker", "shop", "--run-once").stderr
    listed, status = shell.run("queues", "--json"), shell.run("status")
    said += [shell.run("queues", "resume", "default").stdout for _ in range(2)]

    assert [line.split("'")[2].strip() for line in said] == [
        "is paused", "was paused already", "goes on", "was not paused",
    ]  # fmt: skip
    assert "0 attempts" in ran
    assert json.loads(listed.stdout)["default"] == {
        "total": 1, "queued": 1, "processing": 0, "done": 0, "cancelled": 0, "dead_letter": 0, "paused": True,
    }  # fmt: skip
    assert "default (paused)" in status.stdout
    assert "default (paused)" not in shell.run("queues").stdout


def test_the_database_may_be_named_before_and_behind_the_subcommand(shell: Shell) -> None:
    url = shell.environment.pop("SONIQ_DATABASE_URL")

    before = shell.run("queues", "--database-url", url, "pause", "mail")
    behind = shell.run("queues", "resume", "mail", "--database-url", url)

    assert (before.returncode, behind.returncode) == (0, 0)
    assert behind.stdout == "queue 'mail' goes on\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("jobs", "cancel", "7"), 2, "UUID"),
        (("jobs", "cancel", "00000000-0000-0000-0000-000000000000"), 1, "no job has the id"),
        (("queues", "pause"), 2, "NAME"),
        (("queues", "pause", ""), 1, "SONIQ_OPTION_INVALID"),
    ],
)
def test_a_mistake_is_a_message(shell: Shell, words: tuple[str, ...], code: int, says: str) -> None:
    done = shell.run(*words)

    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert says in done.stderr
