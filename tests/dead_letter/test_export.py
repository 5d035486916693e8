"""An export is one document that other programs read, whatever the dead letters hold and however many they are."""

import csv
import io
import json
from typing import Any

import pytest

from soniq import DeadLetterFilter, Soniq
from soniq.errors import OptionInvalid
from soniq.watch.dead_letter import PAGE_ROWS
from tests.dead_letter.conftest import Bury

ODD = 'ValueError: a "quote", a comma, ünï'


def read(form: str, text: str) -> list[dict[str, Any]]:
    if form == "json":
        found: list[dict[str, Any]] = json.loads(text)
        return found
    if form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    rows = list(csv.DictReader(io.StringIO(text)))
    return [{**row, "args": json.loads(row["args"]), "errors": json.loads(row["errors"])} for row in rows]


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
async def test_an_export_holds_everything_in_each_format(app: Soniq, bury: Bury, form: str) -> None:
    dead_id = await bury(7, error=ODD, tags=["a"])
    await bury(8, days=1)

    first, second = read(form, await app.dead_letter.export_dead_letter_jobs(format=form))

    assert (first["id"], first["args"], first["last_error"]) == (dead_id, {"number": 7}, ODD)
    assert first["errors"][0]["error"] == ODD
    assert first["dead_letter_reason"] == "max_retries_exceeded"
    assert second["args"] == {"number": 8}


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
async def test_an_export_of_nothing_is_a_document_too(app: Soniq, form: str) -> None:
    assert read(form, await app.dead_letter.export_dead_letter_jobs(DeadLetterFilter(task="none"), form)) == []


@pytest.mark.parametrize("limit", [None, PAGE_ROWS, PAGE_ROWS + 7])
async def test_pages_join_without_a_gap_or_a_repeat(app: Soniq, other: Any, bury: Bury, limit: int | None) -> None:
    dead_id = await bury(0)
    columns = "task, queue, priority, args, created_at, dead_at, attempt, max_attempts, errors, reason"
    copies = f"select gen_random_uuid(), {columns} from soniq.dead_letter_jobs, generate_series(1, {2 * PAGE_ROWS})"
    await other.execute(f"insert into soniq.dead_letter_jobs (id, {columns}) {copies}")

    parts = [part async for part in app.dead_letter.export_in_parts(DeadLetterFilter(limit=limit), "jsonl")]

    ids = [found["id"] for found in read("jsonl", "".join(parts))]
    assert len(set(ids)) == len(ids) == (limit or 2 * PAGE_ROWS + 1)
    assert limit or dead_id in ids


async def test_a_format_that_does_not_exist_is_refused(app: Soniq) -> None:
    with pytest.raises(OptionInvalid, match="json, jsonl, csv"):
        await app.dead_letter.export_dead_letter_jobs(format="xml")
