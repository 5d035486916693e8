"""Dead letters for a terminal, and into a file."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, TextIO

import click

from soniq.cli.table import print_table
from soniq.job import DeadLetterJob
from soniq.job.record import shown

HEADS: Final = ["ID", "TASK", "QUEUE", "REASON", "DIED", "REPLAYED", "TAGS", "LAST ERROR"]
APART: Final = {"job_name", "dead_letter_reason", "tags", "errors", "traceback"}


def print_letters(found: Sequence[DeadLetterJob]) -> None:
    """Print one a line."""
    if not found:
        click.echo("no dead letters")
        return
    print_table(HEADS, [_row(dead) for dead in found])


def print_letter(dead: DeadLetterJob) -> None:
    """Print one whole."""
    click.secho(f"{dead.job_name}  {dead.dead_letter_reason}", bold=True)
    for name in dead:
        if name not in APART and dead[name] is not None:
            click.echo(f"  {name:18} {shown(dead[name])}")
    if dead.tags:
        click.echo(f"  {'tags':18} {', '.join(dead.tags)}")
    for failed in dead.errors:
        click.echo(f"  attempt {failed.attempt:<10} {failed.at:%Y-%m-%d %H:%M:%S}  {failed.error}")
    if dead.traceback:
        click.echo(dead.traceback)


async def write_parts(parts: AsyncIterator[str], output: Path | None) -> None:
    """Write text part by part to a file, or print it.

    Raises:
        click.FileError: The file cannot be written.
    """
    if output is None:
        async for part in parts:
            click.echo(part, nl=False)
        return
    with _opened(output) as file:
        async for part in parts:
            file.write(part)


def _opened(output: Path) -> TextIO:
    try:
        return output.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise click.FileError(str(output), error.strerror or str(error)) from error


def _row(dead: DeadLetterJob) -> list[object]:
    return [
        dead.id,
        dead.job_name,
        dead.queue,
        dead.dead_letter_reason,
        dead.dead_at,
        dead.resurrection_count,
        dead.tags or None,
        (dead.last_error or "")[:60],
    ]
