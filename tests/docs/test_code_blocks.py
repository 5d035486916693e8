"""Every Python block and every command of the site does what its page says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.terminal import Terminal

SITE = Path(__file__).parents[2] / "tutorial"
# The lessons are made from notebooks, which have tests of their own.
PAGES = sorted(page for page in SITE.rglob("*.md") if page.parent.name != "lessons")
# Celery calls what its Redis client deprecates, and warns of root, which CI may be.
THEIRS = "error,ignore::DeprecationWarning,ignore:You're running the worker with superuser privileges"
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


@pytest.fixture
def terminal(page: Path, tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    env = {"SONIQ_DATABASE_URL": database_url, "PYTHONWARNINGS": "error"}
    if "REDIS_URL" in page.read_text():
        env |= {"REDIS_URL": request.getfixturevalue("redis_url"), "PYTHONWARNINGS": THEIRS}
    with Terminal(tmp_path, **env) as opened:
        yield opened


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(SITE)))
def test_the_page_does_what_it_says(page: Path, tmp_path: Path, terminal: Terminal) -> None:
    for number, block in enumerate(blocks(page)):
        if block.language != "console":
            name = block.title or f"block_{number}.py"
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(block.text)
            if block.title is None:
                terminal.run(f"python {name}")
            continue
        for command, lines in commands(block.text):
            assert re.search(pattern(lines), terminal.run(command), re.S)


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(SITE)))
def test_each_named_file_of_the_page_is_used_by_it(page: Path) -> None:
    found = blocks(page)

    for block in found:
        if block.title:
            name = Path(block.title).stem
            assert any(name in other.text for other in found if other is not block), block.title


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(SITE)))
def test_a_page_that_reads_the_databases_url_says_where_it_comes_from(page: Path) -> None:
    text = page.read_text()

    assert 'os.environ["SONIQ_DATABASE_URL"]' not in text or "quickstart.md#a-database-for-each-guide" in text
