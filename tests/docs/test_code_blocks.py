"""Every Python block and every command of the site does what its page says."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "tutorial"
# The lessons are made from notebooks, which have tests of their own.
PAGES = sorted(page for page in SITE.rglob("*.md") if page.parent.name != "lessons")
FENCE = re.compile(r"^```(\w+)(?: title=\"(.+?)\")?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    title: str | None
    text: str


def blocks(page: Path) -> list[Block]:
    found = [Block(*groups) for groups in FENCE.findall(page.read_text())]
    return [block for block in found if block.language in ("python", "console") or block.title]


RUNNABLE = [page for page in PAGES if blocks(page)]


def commands(console: str) -> Iterator[tuple[str, list[str]]]:
    """Give each command after a `$`, with the lines that the page says it prints."""
    for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
        command, *lines = part.splitlines()
        yield command, lines


def pattern(lines: list[str]) -> str:
    """Match these lines in this order, whatever stands between them; `…` is any text."""
    return ".*".join(re.escape(line).replace("…", "[^\n]*") for line in lines)


def run(command: str, folder: Path, database_url: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "SONIQ_DATABASE_URL": database_url, "PYTHONWARNINGS": "error"}
    ran = subprocess.run(command, shell=True, cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(SITE)))
def test_the_page_does_what_it_says(page: Path, tmp_path: Path, database_url: str) -> None:
    for number, block in enumerate(blocks(page)):
        if block.language != "console":
            name = block.title or f"block_{number}.py"
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(block.text)
            if block.title is None:
                run(f"python {name}", tmp_path, database_url)
            continue
        for command, lines in commands(block.text):
            assert re.search(pattern(lines), run(command, tmp_path, database_url), re.S)


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(SITE)))
def test_each_named_file_of_the_page_is_used_by_it(page: Path) -> None:
    found = blocks(page)

    for block in found:
        if block.title:
            name = Path(block.title).stem
            assert any(name in other.text for other in found if other is not block), block.title
