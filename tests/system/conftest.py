"""Chromium, and JupyterLab as a person has it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; what it would fetch for itself stays unfetched.

    One a module: Playwright's loop runs in this thread until it is stopped, and no test with a loop could follow.
    """
    program = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
    assert program, "there is no Chromium: run `make test-system`, which installs it or says how"
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Make the folder that keeps the screenshots for a person to look at."""
    PICTURES.mkdir(exist_ok=True)
    return PICTURES
