"""Drive JupyterLab in a browser: open a notebook, run all of it, look."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from playwright.sync_api import Page

RUN_LIMIT_MS = 240_000
LOOKS, LOOK_MS = 600, 100
# Otherwise JupyterLab draws only what is in view, and the rest is not there to be asserted on.
DRAW_ALL = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}
KERNEL_ANSWERS = """async token => (await (await fetch(`/api/kernels?token=${token}`)).json()).some(
    kernel => kernel.execution_state === 'idle' && kernel.connections > 0)"""
ALL_HAVE_RUN = """() => [...document.querySelectorAll('.jp-CodeCell')].filter(cell =>
    cell.querySelector('.cm-content').innerText.trim() &&
    !/\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').innerText)).length === 0"""


@dataclass(frozen=True, slots=True)
class JupyterLab:
    """A running server.

    Attributes:
        url: Its address, without a slash at the end.
        token: What it asks for.
    """

    url: str
    token: str

    def open(self, page: Page, notebook: str) -> None:
        """Show a notebook, and wait until its kernel answers to this browser.

        A page that sends its cells before its connection stands loses them without a word.
        """
        page.goto(f"{self.url}/lab/tree/{notebook}?token={self.token}")
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=60_000)
        self._wait_for_kernel(page)
        page.locator("#jp-main-statusbar", has_text="| Idle").wait_for()

    def run_all(self, page: Page) -> None:
        """Run every cell, and wait until each has its number."""
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator('.lm-Menu-item:has-text("Run All Cells")').first.click()
        page.wait_for_function(ALL_HAVE_RUN, timeout=RUN_LIMIT_MS)

    def choose_theme(self, page: Page, theme: str) -> None:
        """Choose a theme by the menu."""
        chosen = page.locator(f'body[data-jp-theme-name="{theme}"]')
        if chosen.count() == 0:
            page.get_by_role("menuitem", name="Settings", exact=True).click()
            page.locator('.lm-Menu-item:has-text("Theme")').first.hover()
            page.get_by_role("menuitem", name=theme, exact=True).click()
            chosen.wait_for(state="attached")
            page.locator("#jupyterlab-splash").wait_for(state="detached")

    def _wait_for_kernel(self, page: Page) -> None:
        for _ in range(LOOKS):
            if page.evaluate(KERNEL_ANSWERS, self.token):
                return
            page.wait_for_timeout(LOOK_MS)
        raise AssertionError("no kernel came to answer this page")


@contextmanager
def jupyterlab(notebooks: Path, folder: Path) -> Iterator[JupyterLab]:
    """Start JupyterLab on a copy of the notebooks, with settings of its own.

    Args:
        notebooks: Copied, because JupyterLab saves what it ran.
        folder: Where the copy and everything that Jupyter writes goes.
    """
    shutil.copytree(notebooks, folder / "notebooks")
    as_root = ["--allow-root"] if os.geteuid() == 0 else []
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", *as_root],
        cwd=folder / "notebooks",
        env={**os.environ, **_write_settings(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr
    with server.stderr as said:
        try:
            yield _address(said)
        finally:
            server.terminate()
            server.wait(timeout=30)


def _write_settings(folder: Path) -> dict[str, str]:
    settings = folder / "settings"
    for name, values in DRAW_ALL.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values))
    places = {
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
    }
    return {name: str(place) for name, place in places.items()}


def _address(said: IO[str]) -> JupyterLab:
    """Read the address that the server prints for those who have no browser; then let it say what it likes."""
    lines = []
    for line in said:
        lines.append(line)
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)", line):
            Thread(target=said.read, daemon=True).start()
            return JupyterLab(found[1], found[2])
    raise AssertionError(f"JupyterLab did not start:\n{''.join(lines)}")
