"""Each lesson starts alone, runs twice, offline, each in under a minute, and leaves nothing behind.

The site's pages are made by running each once more, in another kernel.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from soniq.lab.servers import describe
from tests.lab.servers.crew import wait_until
from tests.notebooks.isolation import offline

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
OFFLINE = offline()
SERVERS = ("SONIQ_DATABASE_URL", "SONIQ_LAB_VALKEY_URL", "SONIQ_LAB_POSTGRES", "SONIQ_LAB_VALKEY")


@pytest.fixture
def lab_dir() -> Iterator[Path]:
    """Make a folder for servers of the lesson's own; root lends them to an account that has to pass through."""
    folder = Path(tempfile.mkdtemp(prefix="soniq-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def run(lab_dir: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run Python with no network and no servers but its own."""
    inherited = {name: value for name, value in os.environ.items() if name not in SERVERS}
    return subprocess.run(
        [*(OFFLINE or []), sys.executable, *words],
        cwd=ROOT,
        env={**inherited, "SONIQ_LAB_DIR": str(lab_dir)},
        capture_output=True,
        text=True,
    )


def left_behind(lab_dir: Path) -> list[str]:
    """Name the processes that a lesson began and that live on."""
    servers = [each.name for each in describe(lab_dir) if each.keeper_pid or each.pid]
    return servers + [process.name() for process in psutil.process_iter() if lab_of(process) == str(lab_dir)]


def lab_of(process: psutil.Process) -> str | None:
    try:
        environment: dict[str, str] = process.environ()
    except psutil.Error:  # it ended meanwhile, or is somebody else's
        return None
    return environment.get("SONIQ_LAB_DIR")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_lesson_runs_again_and_again_and_leaves_nothing_behind(lesson: Path, lab_dir: Path) -> None:
    learned = run(lab_dir, "-m", "tests.notebooks.learner", str(lesson))

    assert learned.returncode == 0, learned.stderr
    wait_until(lambda: left_behind(lab_dir) == [], "everything that the lesson began has ended")


@pytest.mark.skipif(OFFLINE is None, reason="this machine gives no network namespace: the lessons ran with its network")
def test_the_lessons_had_no_network(lab_dir: Path) -> None:
    said = run(lab_dir, "-c", "from tests.notebooks.learner import is_offline; print(is_offline())")

    assert said.stdout == "True\n", said.stderr


def test_the_census_sees_what_a_lesson_would_leave_behind(lab_dir: Path) -> None:
    left = subprocess.Popen(["sleep", "60"], env={**os.environ, "SONIQ_LAB_DIR": str(lab_dir)})

    try:
        assert left_behind(lab_dir) == ["sleep"]
    finally:
        left.kill()
        left.wait()
