"""Play the crash matrix and write it as a page of the site."""

import asyncio
import sys
from pathlib import Path
from time import monotonic

import click

from soniq.lab.board import Matrix, crash_matrix

ROOT = Path(__file__).parents[1]
PAGE = """---
hide:
  - toc
search:
  exclude: true
---

# The crash matrix

Every crash point against every way to write an order and its job: each cell is an order that was placed by a process
of its own and struck for real, by SIGKILL, by a broker that refuses, or by a connection that is cut. The verdict is
what Postgres and the queue said afterwards. Open a cell to see what happened in it.

<div class="lesson-output">
{matrix}
</div>

The worker's last row is honest: a worker that dies after its invoice was sent cannot have said so, and Soniq runs the
job again. That is why handlers are [idempotent](../guides/exactly-once.md). RQ reports such a job as failed instead;
then nobody knows without looking whether its invoice was sent.

Play it yourself: `soniq demo --matrix --seed {seed}`, or in a notebook `await lab.crash_matrix(seed={seed})`.
"""


@click.command()
@click.option("--pages", default=ROOT / "tutorial" / "lessons", type=click.Path(path_type=Path))
def render(pages: Path) -> None:
    """Play the matrix, and write its page."""
    began = monotonic()
    pages.mkdir(parents=True, exist_ok=True)
    played = asyncio.run(crash_matrix())
    (pages / "matrix.md").write_text(to_page(played), encoding="utf-8")
    click.echo(f"matrix.md: {len(played.cells)} cells, {monotonic() - began:.1f} s")


def to_page(played: Matrix) -> str:
    """Write the page."""
    return PAGE.format(matrix=played._repr_html_(), seed=played.seed)


if __name__ == "__main__":
    sys.exit(render())
