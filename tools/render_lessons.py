"""Run each lesson and write what it shows as a page of the site."""

import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import click
import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# A lesson needs a few seconds, two at a time use both cores of a small machine.
AT_ONCE = 2
CELL_TIMEOUT_S = 120


@click.command()
@click.option("--notebooks", default=ROOT / "notebooks", type=click.Path(path_type=Path, exists=True))
@click.option("--pages", default=ROOT / "tutorial" / "lessons", type=click.Path(path_type=Path))
def render(notebooks: Path, pages: Path) -> None:
    """Run every notebook of a folder, and write one Markdown page for each."""
    pages.mkdir(parents=True, exist_ok=True)
    for stale in pages.glob("*.md"):
        stale.unlink()
    lessons = sorted(notebooks.glob("[0-9]*.ipynb"))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for lesson, page, seconds in threads.map(run, lessons):
            (pages / f"{lesson.stem}.md").write_text(page, encoding="utf-8")
            click.echo(f"{lesson.name}: {seconds:.1f} s")


def run(lesson: Path) -> tuple[Path, str, float]:
    """Run a notebook where it lies; a cell that fails without leave to do so ends the build."""
    started = monotonic()
    notebook = nbformat.read(lesson, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        resources={"metadata": {"path": str(lesson.parent)}},
        extra_arguments=["--log-level=ERROR"],  # its warning on sockets is about networks, and this is one machine
    ).execute()
    return lesson, to_markdown(notebook, lesson.name), monotonic() - started


def to_markdown(notebook: Any, name: str) -> str:
    """Write a notebook that has been run as a page."""
    parts = [part for cell in notebook.cells for part in cell_parts(cell)]
    end = f"---\n\nThis page is what `notebooks/{name}` showed when it last ran. Run it yourself: `make lab`."
    return "\n\n".join([*parts, end]) + "\n"


def cell_parts(cell: Any) -> Iterator[str]:
    """Give a cell's text or code, then what it showed."""
    if cell.cell_type == "markdown":
        yield for_the_site(cell.source)
    if cell.cell_type == "code" and cell.source.strip():
        yield fenced(cell.source, "python")
        yield from (shown for output in cell.outputs if (shown := show(output)))


def for_the_site(text: str) -> str:
    """Let links lead to the pages that notebooks and Markdown files become."""
    text = re.sub(r"(\]\([^)\s]+)\.ipynb(#[^)\s]*)?\)", r"\1.md\2)", text)
    return text.replace("](../tutorial/", "](../")


def show(output: Any) -> str:
    """Write one output: a drawing or table as it is, all else as text."""
    match output.output_type:
        case "stream":
            return fenced(output.text, "text")
        case "error":
            return fenced("\n".join(output.traceback), "text")
    for kind in ("text/html", "image/svg+xml"):
        if kind in output.data:
            return raw(output.data[kind])
    if "text/markdown" in output.data:
        return str(output.data["text/markdown"])
    return fenced(output.data.get("text/plain", ""), "text")


def raw(html: str) -> str:
    """Wrap HTML in one block, which Markdown leaves alone."""
    return f'<div class="lesson-output">\n{html.strip()}\n</div>'


def fenced(text: str, language: str) -> str:
    """Write a block of code or text, empty where there is nothing to see."""
    text = ANSI.sub("", text).strip("\n")
    fence = "````" if "```" in text else "```"
    return f"{fence}{language}\n{text}\n{fence}" if text else ""


if __name__ == "__main__":
    sys.exit(render())
