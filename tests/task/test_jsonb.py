"""What Postgres makes of encoded arguments: jsonb reorders keys and rewrites numbers, and no value changes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from soniq import JobContext
from soniq.task.arguments import decode, encode
from soniq.task.definition import Task

CONTEXT = JobContext("7", "t", 1, 1, "default", "w", None, datetime.now(UTC))


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (float, 1.0),
        (float, -0.0),
        (float, 1e16),
        (float, 1.7976931348623157e308),
        (float, 5e-324),
        (float, 0.1),
        (int, 10**4_000),
        (Decimal, Decimal("1.10E+3")),
        (dict[str, int], {"b": 1, "a": 2, "": 3}),
        (str, "\u2028 \\u0000 \x7f ünï 🙂"),
        (list[bytes], [bytes(range(256))]),
    ],
)
async def test_jsonb_keeps_every_value(server_url: str, annotation: Any, value: object) -> None:
    def handler(x: Any) -> None: ...

    handler.__annotations__["x"] = annotation
    task = Task("t", handler)
    connection = await asyncpg.connect(server_url)

    stored = await connection.fetchval("select $1::text::jsonb::text", encode(task, {"x": value}, 10_000))
    await connection.close()

    back = decode(task, stored, CONTEXT)["x"]

    assert (back, type(back)) == (value, type(value))
