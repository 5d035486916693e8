"""Published settings mean what they meant, or are refused with what to use instead."""

import importlib
import sys
from pathlib import Path

import pytest

from soniq import Soniq
from soniq.errors import SettingsInvalid
from soniq.settings import INSTEAD

REFERENCE = Path(__file__).parents[2] / "tutorial" / "reference" / "settings.md"


@pytest.mark.parametrize("name", INSTEAD)
def test_a_name_without_a_meaning_here_is_refused_wherever_it_is_given(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsInvalid, match=f"no setting `{name}`: "):
        Soniq(**{name: "something"})
    (tmp_path / ".env").write_text(f"SONIQ_{name.upper()}=something")
    with pytest.raises(SettingsInvalid, match=f"no setting `{name}`: "):
        Soniq()
    (tmp_path / ".env").unlink()
    monkeypatch.setenv(f"SONIQ_{name.upper()}", "something")
    with pytest.raises(SettingsInvalid, match=f"no setting `{name}`: "):
        Soniq()


def test_the_reference_says_what_to_use_instead() -> None:
    rows = [line for line in REFERENCE.read_text().splitlines() if line.startswith("|")]

    assert [name for name in INSTEAD if not any(f"`{name}`" in row for row in rows)] == []


def test_nothing_may_be_said_about_what_is_not_there() -> None:
    assert Soniq(backend="postgres", plugins=None).settings == Soniq().settings


def test_the_other_name_of_a_setting_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_CLEANUP_INTERVAL", "20")

    found = [Soniq().settings, Soniq(cleanup_interval=300).settings, Soniq(sweep_interval=2).settings]

    assert [one.sweep_interval for one in found] == [20, 300, 2]


def test_both_names_of_a_setting_at_once_are_refused() -> None:
    with pytest.raises(SettingsInvalid, match="`cleanup_interval` is another name of `sweep_interval`"):
        Soniq(sweep_interval=1, cleanup_interval=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of which modules are imported, and forget them afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("late_app", "late_jobs", "broken_jobs"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


async def test_a_worker_imports_the_modules_that_define_its_tasks(migrated_url: str, folder: Path) -> None:
    (folder / "late_app.py").write_text("import soniq\napp = soniq.Soniq(jobs_modules='late_jobs')")
    (folder / "late_jobs.py").write_text("from late_app import app\n@app.job(name='late')\nasync def late(): ...")
    app: Soniq = importlib.import_module("late_app").app

    async with app._pointed_at(migrated_url):
        await app.run_worker(run_once=True)

    assert [task.name for task in app.registry] == ["late"]


async def test_a_module_that_cannot_be_imported_is_said(migrated_url: str, folder: Path) -> None:
    (folder / "broken_jobs.py").write_text("1 / 0")

    async with Soniq(migrated_url, jobs_modules=["broken_jobs"]) as app:
        with pytest.raises(SettingsInvalid, match="importing broken_jobs failed: ZeroDivisionError"):
            await app.run_worker(run_once=True)
        with pytest.raises(SettingsInvalid, match="importing broken_jobs failed"):
            await app.scheduler.start()
