"""Dead letters as text for other programs: JSON, a JSON object a line, CSV."""

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from soniq.errors import OptionInvalid
from soniq.job import DeadLetterJob

FORMATS: Final = ("json", "jsonl", "csv")
COLUMNS: Final = tuple(field.name for field in fields(DeadLetterJob))


def check_format(name: object) -> str:
    """Return the name of a format.

    Raises:
        OptionInvalid: There is none of that name.
    """
    if not isinstance(name, str) or name not in FORMATS:
        raise OptionInvalid(f"`format` must be one of {', '.join(FORMATS)}, not {name!r}", option="format")
    return name


async def written(pages: AsyncIterator[list[DeadLetterJob]], form: str) -> AsyncIterator[str]:
    """Give the text of dead letters in parts; joined they are one document, also where there are none."""
    before, between, after = ("[\n", ",\n", "\n]\n") if form == "json" else ("", "", "")
    if form == "csv":
        before = _line(COLUMNS)
    first = True
    async for page in pages:
        parts = [_one(dead, form) for dead in page]
        yield (before if first else between) + between.join(parts)
        first = False
    yield (before if first else "") + after


def _one(dead: DeadLetterJob, form: str) -> str:
    if form == "csv":
        return _line([_cell(dead[name]) for name in COLUMNS])
    return _json(dict(dead)) + ("\n" if form == "jsonl" else "")


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> object:
    return _json(value) if isinstance(value, dict | tuple) else _plain(value) if isinstance(value, datetime) else value


def _json(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> object:
    return value.isoformat() if isinstance(value, datetime) else asdict(value)
