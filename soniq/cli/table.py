"""Columns and counts for a terminal, and JSON for scripts."""

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from typing import Any

import click


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their heads, numbers to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(line[at]) for line in [list(heads), *texts]) for at in range(len(heads))]
    right = [bool(rows) and all(isinstance(row[at], int) for row in rows) for at in range(len(heads))]
    click.secho(_line(heads, widths, right), bold=True)
    for line in texts:
        click.echo(_line(line, widths, right))


def counted(number: int, noun: str) -> str:
    """Say how many there are: `1 job`, `2 jobs`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def print_json(value: object, on_one_line: bool = False) -> None:
    """Print a value for a script to read; times are ISO 8601, durations seconds."""
    click.echo(as_json(value, on_one_line))


def as_json(value: object, on_one_line: bool = False) -> str:
    """Say a value as `print_json` prints it."""
    return json.dumps(value, default=_plain, ensure_ascii=False, indent=None if on_one_line else 2)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (
        cell.rjust(width) if flush else cell.ljust(width)
        for cell, width, flush in zip(cells, widths, right, strict=True)
    )
    return "  ".join(padded).rstrip()


def _text(cell: object) -> str:
    match cell:
        case None:
            return "-"
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case timedelta():
            return f"{cell.total_seconds():.1f} s"
        case tuple():
            return ",".join(map(str, cell))
        case _:
            return str(cell)


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
