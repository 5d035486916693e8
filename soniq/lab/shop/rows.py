"""A few rows that show themselves: in a notebook, in a terminal, in a test."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rows:
    """What somebody answered.

    Attributes:
        source: Who was asked.
        columns: Names.
        rows: One tuple of values a row.
    """

    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return iter(self.rows)

    def __str__(self) -> str:
        if not self.rows:
            return f"{self.source}: no row"
        table = [self.columns, *[tuple(map(str, row)) for row in self.rows]]
        widths = [max(len(row[at]) for row in table) for at in range(len(self.columns))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
        return "\n".join([f"{self.source}:", *[line.rstrip() for line in lines]])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p><b>{html.escape(self.source)}:</b> no row</p>"
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows)
        caption = f"<caption style='text-align:left;font-weight:600'>{html.escape(self.source)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class Answers:
    """What several sources answered to the same question, one below the other."""

    rows: tuple[Rows, ...]

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.rows))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(rows._repr_html_() for rows in self.rows)


def _cells(row: Sequence[object]) -> str:
    return "".join(f"<td>{html.escape(str(value))}</td>" for value in row)
