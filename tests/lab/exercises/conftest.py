"""Progress in a folder of the test's own, and the servers of the session."""

from pathlib import Path

import pytest

from soniq.lab.exercises.progress.notes import notes


@pytest.fixture(autouse=True)
def servers(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_DATABASE_URL", server_url)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep progress in a folder of this test's; the servers are named already and need no folder of the lab's."""
    monkeypatch.setenv("SONIQ_LAB_PROGRESS", str(tmp_path / "exercises.json"))
    return notes().path
