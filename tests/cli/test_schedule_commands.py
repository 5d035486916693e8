"""`soniq schedules` and `soniq scheduler`: what they print, and how they exit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from soniq import Soniq, daily, every, task_ref
from tests.cli.test_cli import Shell

CLOCK = """
from soniq import Soniq, every
app = Soniq()

@app.periodic(every(seconds=1), name="tick")
async def tick(): ...
"""


@pytest.fixture
async def shell(tmp_path: Path, migrated_url: str, app: Soniq) -> Shell:
    await app.scheduler.add(task_ref(name="report"), cron=daily(at="09:00", tz="Europe/Berlin"), name="nightly")
    await app.scheduler.add(task_ref(name="mail"), every=every(minutes=5))
    (tmp_path / "clock.py").write_text(CLOCK)
    return Shell(tmp_path, migrated_url)


def test_schedules_are_listed_with_their_rule_and_their_next_tick(shell: Shell) -> None:
    listed = shell.run("schedules", "list")
    mail, nightly = json.loads(shell.run("schedules", "list", "--json").stdout)

    assert listed.stdout.startswith("NAME")
    assert "nightly  report  0 9 * * * Europe/Berlin  active  20" in listed.stdout
    assert "every 0:05:00" in listed.stdout
    assert (mail["name"], mail["every"], mail["cron"]) == ("mail", 300.0, None)
    assert (nightly["cron"], nightly["tz"], nightly["status"]) == ("0 9 * * *", "Europe/Berlin", "active")


def test_a_schedule_is_paused_resumed_and_removed(shell: Shell) -> None:
    assert shell.run("schedules", "pause", "mail").stdout == "paused mail\n"
    assert [one["name"] for one in _listed(shell, "--status", "paused")] == ["mail"]
    assert json.loads(shell.run("schedules", "resume", "mail", "--json").stdout) == {"name": "mail", "resumed": True}
    assert _listed(shell, "--status", "paused") == []
    assert shell.run("schedules", "remove", "mail").returncode == 0
    assert [one["name"] for one in _listed(shell)] == ["nightly"]


def _listed(shell: Shell, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(shell.run("schedules", "list", "--json", *words).stdout)
    return found


@pytest.mark.parametrize("verb", ["pause", "resume", "remove"])
def test_a_name_that_there_is_not_is_told_with_status_1(shell: Shell, verb: str) -> None:
    done, as_json = shell.run("schedules", verb, "mial"), shell.run("schedules", verb, "mial", "--json")

    assert (done.returncode, as_json.returncode) == (1, 1)
    assert "no schedule is named 'mial'; see `soniq schedules list`" in done.stderr
    assert json.loads(as_json.stdout)["name"] == "mial"


def test_no_schedules_are_said_to_be_none(tmp_path: Path, migrated_url: str) -> None:
    assert Shell(tmp_path, migrated_url).run("schedules", "list").stdout == "no schedules\n"


def test_the_scheduler_declares_what_the_code_says_and_ends_on_a_signal(shell: Shell) -> None:
    command = [sys.executable, "-m", "soniq", "scheduler", "clock:app", "--check-interval", "0.1"]
    with subprocess.Popen(
        command, cwd=shell.folder, env=shell.environment, stderr=subprocess.PIPE, text=True
    ) as process:
        while "tick" not in [one["name"] for one in _listed(shell)] and process.poll() is None:
            pass
        process.terminate()
        _, said = process.communicate(timeout=20)

    assert (process.returncode, "soniq scheduler: ended" in said) == (0, True), said


def test_a_check_interval_out_of_range_is_refused(shell: Shell) -> None:
    assert shell.run("scheduler", "clock:app", "--check-interval", "100").returncode == 2
