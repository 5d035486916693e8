"""Commands that run an app's code find it, and the modules that define its tasks."""

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import Shell

REFS = {
    "good": "greeting = task_ref(name='greet', args_model=make('Greeting', name=(str, ...)))",
    "quiet": "greeting = task_ref(name='greet', default_queue='slow')",
    "renamed": "greeting = task_ref(name='greets')",
    "surplus": "greeting = task_ref(name='greet', args_model=make('Greeting', name=(str, ...), age=(int, 1)))",
    "missing": "greeting = task_ref(name='greet', args_model=make('Greeting'))",
    "empty": "",
}


@pytest.fixture
def shell(tmp_path: Path, migrated_url: str) -> Shell:
    """Have an app whose tasks are defined in another module, and packages of references to them."""
    (tmp_path / "bare.py").write_text("from soniq import Soniq\napp = Soniq()")
    (tmp_path / "more.py").write_text("from bare import app\n@app.job(name='late')\nasync def late(): ...")
    for name, text in REFS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "tasks.py").write_text(
            f"from pydantic import create_model as make\nfrom soniq import task_ref\n{text}"
        )
    return Shell(tmp_path, migrated_url)


@pytest.mark.parametrize(
    "words",
    [("bare:app", "--jobs-modules", "more"), ("--app", "bare", "--jobs-modules", "more"), ("--jobs-modules", "more")],
    ids=" ".join,
)
def test_the_app_and_its_tasks_are_found(shell: Shell, words: tuple[str, ...]) -> None:
    listed = json.loads(shell.run("tasks", *words, "--json").stdout)
    worked = shell.run("worker", *words, "--run-once")

    assert [task["name"] for task in listed] == ["late"]
    assert (worked.returncode, "1 task" in worked.stderr) == (0, True)


def test_the_environment_names_the_modules_too(shell: Shell) -> None:
    shell.environment["SONIQ_JOBS_MODULES"] = "more"

    assert "soniq worker: 1 task," in shell.run("worker", "--run-once", "--processes", "2").stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name the app, MODULE:APP"),
        (("shop", "--app", "shop"), "give MODULE:APP or --app, not both"),
        (("--jobs-modules", "json"), "json hold no Soniq apps"),
        (("--jobs-modules", "broken"), "importing broken failed: ZeroDivisionError"),
    ],
    ids=str,
)
def test_an_app_that_cannot_be_found_is_wrong_usage(shell: Shell, words: tuple[str, ...], says: str) -> None:
    done = shell.run("worker", *words)

    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.parametrize(
    ("package", "status", "says"),
    [
        ("good", 0, "ok    greet the task takes its arguments"),
        ("quiet", 0, "note  greet it goes to the queue 'slow', and the task's own is 'default'"),
        ("renamed", 1, "→ Did you mean 'greet'?"),
        ("surplus", 1, "Greeting sends `age`, which the task does not take"),
        ("missing", 1, "Greeting lacks `name`, which the task needs"),
        ("empty", 1, "no reference in empty"),
        ("broken", 2, "importing broken failed: ZeroDivisionError"),
    ],
)
def test_references_are_checked_against_the_tasks(shell: Shell, package: str, status: int, says: str) -> None:
    done = shell.run("tasks-check", package, "--app", "shop")

    assert done.returncode == status, done.stderr
    assert says in done.stdout + done.stderr


def test_a_check_is_json_for_scripts(shell: Shell) -> None:
    [finding] = json.loads(shell.run("tasks-check", "renamed", "--app", "shop", "--json").stdout)

    assert (finding["check"], finding["level"]) == ("greets", "wrong")
