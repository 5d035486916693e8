"""The command, as a shell runs it: what it prints, and how it exits."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from soniq.cli.table import counted
from soniq.sql.migrate import newest

JOBS = """
from soniq import Soniq
app = Soniq()

@app.job(name="greet", retries=0)
async def greet(name: str) -> str:
    if name == "nobody":
        raise LookupError("who?")
    return "hello " + name

nothing = 7
"""


class Shell:
    """Runs `soniq …` in a folder that holds a user's module."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.environment = {**os.environ, "SONIQ_DATABASE_URL": url}
        (folder / "shop.py").write_text(JOBS)
        (folder / "broken.py").write_text("1 / 0")

    def run(self, *words: str, python: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", python] if python else [sys.executable, "-m", "soniq", *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def enqueue(self, name: str) -> None:
        code = f"import asyncio, shop\nasyncio.run(shop.app.enqueue(shop.greet, name={name!r}))"
        done = self.run(python=code)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def shell(tmp_path: Path, migrated_url: str) -> Shell:
    return Shell(tmp_path, migrated_url)


def test_setup_says_what_it_did(tmp_path: Path, database_url: str) -> None:
    shell = Shell(tmp_path, database_url)

    first, second = shell.run("setup"), shell.run("setup", "--app", "shop:app")

    assert (first.returncode, second.returncode) == (0, 0)
    assert f"{counted(newest(), 'migration')} applied" in first.stdout
    assert "already up to date" in second.stdout


def test_a_worker_runs_what_is_due_and_status_and_jobs_show_it(shell: Shell) -> None:
    shell.enqueue("Ada")
    shell.enqueue("nobody")

    worked = shell.run("worker", "shop", "--run-once")
    status = json.loads(shell.run("status", "--json").stdout)
    [dead] = json.loads(shell.run("jobs", "--status", "dead_letter", "--json").stdout)

    assert worked.returncode == 0, worked.stderr
    assert "2 attempts" in worked.stderr
    assert (status["queues"]["default"]["done"], status["queues"]["default"]["dead_letter"]) == (1, 1)
    assert dead["last_error"] == "LookupError: who?"


def test_the_worker_says_which_job_failed_and_why(shell: Shell) -> None:
    shell.enqueue("nobody")

    said = shell.run("worker", "shop", "--run-once").stderr

    [line] = [line for line in said.splitlines() if "became a dead letter" in line]
    [dead] = json.loads(shell.run("jobs", "--json").stdout)
    assert line.endswith(f"job {dead['id']} of task greet, attempt 1 of 1: LookupError: who?  queue=default")


def test_the_worker_says_which_queues_it_serves(shell: Shell) -> None:
    every = shell.run("worker", "shop", "--run-once").stderr
    shell.environment["SONIQ_QUEUES"] = "mail,billing"
    some = shell.run("worker", "shop", "--run-once").stderr
    named = shell.run("worker", "shop", "--run-once", "--queues", "slow").stderr

    assert "soniq worker: 1 task, every queue" in every
    assert "soniq worker: 1 task, mail, billing" in some
    assert "soniq worker: 1 task, slow" in named


def test_an_app_without_tasks_is_told_to_import_them(shell: Shell) -> None:
    (shell.folder / "empty.py").write_text("from soniq import Soniq\napp = Soniq()")

    said = shell.run("worker", "empty:app", "--run-once").stderr

    assert "the app has no tasks; import the modules that define them in empty:app" in said


def test_jobs_are_found_by_task_queue_and_status(shell: Shell) -> None:
    shell.enqueue("Ada")

    found = [
        len(json.loads(shell.run("jobs", "--json", *words).stdout))
        for words in [("--task", "greet", "--queue", "default", "--status", "queued"), ("--task", "other")]
    ]

    assert found == [1, 0]


def test_tasks_are_listed_with_their_options(shell: Shell) -> None:
    table, as_json = shell.run("tasks", "shop"), shell.run("tasks", "shop:app", "--json")

    assert table.stdout.splitlines() == [
        "NAME   QUEUE    PRIORITY  RETRIES  TIMEOUT  TRANSACTIONAL",
        "greet  default       100        0  300.0    no",
    ]
    assert json.loads(as_json.stdout)[0]["retries"] == 0


def test_a_dry_run_names_the_migrations_and_applies_none(tmp_path: Path, database_url: str) -> None:
    shell = Shell(tmp_path, database_url)
    dry, as_json = shell.run("migrate", "--dry-run"), shell.run("migrate", "--dry-run", "--json")
    real, again = shell.run("migrate"), shell.run("migrate", "--dry-run")

    assert [shown.returncode for shown in (dry, as_json, real, again)] == [0, 0, 0, 0]
    assert dry.stdout.startswith("would apply 1: the queue\n")
    assert json.loads(as_json.stdout)["migrations"][0] == "1: the queue"
    assert real.stdout.startswith("applied 1: the queue\n")
    assert again.stdout == "schema 'soniq': already up to date\n"


def test_status_is_watched_until_ctrl_c(shell: Shell) -> None:
    command = [sys.executable, "-m", "soniq", "status", "--watch", "--every", "0.1", "--json"]
    with subprocess.Popen(command, cwd=shell.folder, env=shell.environment, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        before = json.loads(watch.stdout.readline())
        shell.enqueue("Ada")
        while not (after := json.loads(watch.stdout.readline()))["queues"]:
            pass
        watch.send_signal(signal.SIGINT)
        watch.communicate(timeout=20)

    assert (before["queues"], after["queues"]["default"]["queued"], watch.returncode) == ({}, 1, 0)


def test_one_job_is_shown_whole(shell: Shell) -> None:
    shell.enqueue("Ada")
    [job] = json.loads(shell.run("jobs", "--json").stdout)

    shown = shell.run("jobs", job["id"])

    assert shown.returncode == 0
    assert "greet  queued" in shown.stdout
    assert '{"name": "Ada"}' in shown.stdout


def test_a_dead_letter_is_shown_with_its_traceback(shell: Shell) -> None:
    shell.enqueue("nobody")
    shell.run("worker", "shop", "--run-once")
    [job] = json.loads(shell.run("jobs", "--json").stdout)

    shown = shell.run("jobs", job["id"])

    assert "attempt 1" in shown.stdout
    assert 'raise LookupError("who?")' in shown.stdout


def test_tables_name_their_columns(shell: Shell) -> None:
    empty = shell.run("status")
    shell.enqueue("Ada")
    full, jobs = shell.run("status"), shell.run("jobs")

    assert "no jobs yet" in empty.stdout
    assert "soniq worker MODULE:APP" in empty.stdout
    assert full.stdout.startswith("QUEUE")
    assert jobs.stdout.startswith("ID")


def test_the_doctor_says_what_is_wrong_and_exits_with_1_for_it(shell: Shell) -> None:
    well = shell.run("doctor")
    shell.enqueue("Ada")
    ill, as_json = shell.run("doctor", "--app", "shop:app"), shell.run("doctor", "--json")

    assert (well.returncode, ill.returncode, as_json.returncode) == (0, 1, 1)
    assert "ok    schema" in well.stdout
    assert "wrong queues     no worker serves default (1 job" in ill.stdout
    assert "→ Start one: `soniq worker MODULE:APP --queues default`" in ill.stdout
    assert "ok    tasks" in ill.stdout
    assert [one["check"] for one in json.loads(as_json.stdout) if one["level"] == "wrong"] == ["queues"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("worker", "no_such_module:app"), 2, "no module 'no_such_module'"),
        (("worker", "shop:missing"), 2, "no 'missing'"),
        (("worker", "shop:nothing"), 2, "not a Soniq app"),
        (("worker", "broken"), 2, "ZeroDivisionError"),
        (("worker",), 2, "MODULE:APP"),
        (("setup", "--grant", "nonsense"), 2, "ROLE=ACCESS"),
        (("setup", "--grant", "no_such_role=worker"), 1, "no_such_role"),
        (("status", "--database-url", "postgresql://127.0.0.1:1/x"), 69, "SONIQ_DATABASE_UNREACHABLE"),
        (("status", "--app", "shop", "--database-url", "x"), 2, "not both"),
        (("jobs", "7"), 2, "UUID"),
        (("jobs", "00000000-0000-0000-0000-000000000000"), 1, "no job has the id"),
        (("nonsense",), 2, "nonsense"),
        (("lab", "open", "nowhere"), 2, "no lessons in nowhere"),
        (("status", "--database-url", "nonsense"), 1, "SONIQ_SETTINGS_INVALID"),
        (("status", "--database-url", "mysql://a:secret@b/c"), 1, "SONIQ_SETTINGS_INVALID"),
        (("status", "--database-url", "postgresql://a:secret@h:notaport/x"), 1, "SONIQ_SETTINGS_INVALID"),
        (("status", "--database-url", "{server}/no_such_database"), 69, "soniq setup"),
    ],
)
def test_a_users_mistake_is_a_message_and_an_exit_status(
    shell: Shell, words: tuple[str, ...], code: int, says: str
) -> None:
    server = shell.environment["SONIQ_DATABASE_URL"].rpartition("/")[0]

    done = shell.run(*(word.format(server=server) for word in words))

    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert says in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "soniq setup --database-url postgresql://localhost/shop"),
        (("setup",), "soniq setup --grant web=producer"),
        (("worker",), "soniq worker shop.jobs:app --queues billing,mail"),
        (("status",), "soniq status --json"),
        (("jobs",), "soniq jobs --status dead_letter"),
        (("dead-letter",), "soniq dead-letter replay --filter reason=timeout --yes"),
        (("prune",), "soniq prune --days 7 --dry-run"),
        (("jobs", "cancel"), "its worker is asked to"),
        (("queues",), "soniq queues pause billing"),
        (("migrate",), "soniq migrate --dry-run"),
        (("tasks",), "soniq tasks shop.jobs:app"),
        (("doctor",), "soniq doctor --app shop.jobs:app"),
        (("demo",), "with Soniq it cannot"),
        (("lab",), "soniq lab status"),
    ],
)
def test_every_command_explains_itself(shell: Shell, words: tuple[str, ...], says: str) -> None:
    done = shell.run(*words, "--help")

    assert done.returncode == 0
    assert says in " ".join(done.stdout.split())


def test_a_database_without_the_schema_says_to_set_up(tmp_path: Path, database_url: str) -> None:
    done = Shell(tmp_path, database_url).run("status")

    assert done.returncode == 1
    assert "soniq setup" in done.stderr
