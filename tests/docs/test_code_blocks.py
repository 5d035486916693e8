"""Every Python block, every command and every query of the site does what its page says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.docs.terminal import Terminal

SITE = Path(__file__).parents[2] / "tutorial"
# The lessons are made from notebooks, which have tests of their own.
PAGES = sorted(page for page in SITE.rglob("*.md") if page.parent.name != "lessons")
# Celery calls what its Redis client deprecates, and warns of root, which CI may be.
THEIRS = "error,ignore::DeprecationWarning,ignore:You're running the worker with superuser privileges"
FENCE = re.compile(r"^```(\w+)(?: title=\"(.+?)\")?(?: hl_lines=\".+?\")?\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    title: str
    text: str


def blocks(page: Path) -> list[Block]:
    found = [Block(*groups) for groups in FENCE.findall(page.read_text())]
    return [block for block in found if block.language in ("python", "console", "sql") or block.title]


def readings() -> Iterator[tuple[str, list[Path]]]:
    """Give what is read in one go: each page by itself, but the course from its first chapter to its last."""
    yield "course", sorted((SITE / "course").glob("*.md"))
    yield from ((str(page.relative_to(SITE)), [page]) for page in PAGES if page.parent.name != "course")


READINGS = {name: read for name, pages in readings() if (read := [b for page in pages for b in blocks(page)])}
each_reading = pytest.mark.parametrize("reading", READINGS)


def commands(console: str) -> Iterator[tuple[str, list[str]]]:
    """Give each command after a `$`, with the lines that the page says it prints."""
    for part in re.split(r"^\$ ", console, flags=re.M)[1:]:
        command, *lines = part.splitlines()
        yield command, lines


def pattern(lines: list[str]) -> str:
    """Match these lines in this order, whatever stands between them; `…` is any text."""
    return ".*".join(re.escape(line).replace("…", "[^\n]*") for line in lines)


@pytest.fixture
def terminal(reading: str, tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    env = {"SONIQ_DATABASE_URL": database_url, "PYTHONWARNINGS": "error"}
    if any("REDIS_URL" in block.text for block in READINGS[reading]):
        env |= {"REDIS_URL": request.getfixturevalue("redis_url"), "PYTHONWARNINGS": THEIRS}
    with Terminal(tmp_path, **env) as opened:
        yield opened


@each_reading
def test_the_page_does_what_it_says(reading: str, tmp_path: Path, terminal: Terminal, database_url: str) -> None:
    # A query is about what the programs of its page have left behind.
    for number, block in enumerate(sorted(READINGS[reading], key=lambda block: block.language == "sql")):
        match block.language:
            case "console":
                for command, lines in commands(block.text):
                    assert re.search(pattern(lines), terminal.run(command), re.S), command
            case "sql":
                with psycopg.connect(database_url) as db:
                    db.execute(block.text.encode())
            case _:
                name = block.title or f"block_{number}.py"
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_text(block.text)
                if not block.title:
                    terminal.run(f"python {name}")


@each_reading
def test_each_named_file_of_the_page_is_used_by_it(reading: str) -> None:
    for block in READINGS[reading]:
        if block.title:
            name = Path(block.title).stem
            assert any(name in other.text for other in READINGS[reading] if other is not block), block.title


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(SITE)))
def test_a_page_that_reads_the_databases_url_says_where_it_comes_from(page: Path) -> None:
    text = page.read_text()

    assert 'os.environ["SONIQ_DATABASE_URL"]' not in text or "quickstart.md#a-database-for-each-guide" in text
