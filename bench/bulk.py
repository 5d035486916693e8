"""50,000 jobs by `enqueue_many` against a bare COPY of the same rows into the same table."""

import json
from datetime import UTC, datetime
from typing import Any

import asyncpg

from bench.ratio import Ratio, Run, compare
from soniq import Soniq
from soniq.identity import new_id

JOBS = 50_000
ROUNDS = 5
COLUMNS = ("id", "task", "args", "queue", "priority", "max_attempts", "state", "run_at")


async def measure_bulk(url: str) -> list[Ratio]:
    """Compare in a transaction of Soniq's, and in the user's; the COPY makes its rows from the same arguments."""
    async with Soniq(url) as app:
        bare = await asyncpg.connect(url)
        given = [{"order_id": number, "email": "ada@example.org"} for number in range(JOBS)]

        @app.job(name="bench.send_invoice")
        async def send_invoice(order_id: int, email: str) -> None: ...

        async def own() -> None:
            await app.enqueue_many(send_invoice, given)

        async def joined() -> None:
            async with bare.transaction():
                await app.enqueue_many(send_invoice, given, connection=bare)

        async def empty() -> None:
            await bare.execute("truncate soniq.jobs")

        async def against_copy(whose: str, ours: Run) -> Ratio:
            name = f"enqueue_many of {JOBS:,} in {whose} transaction, against COPY"
            return await compare(name, JOBS, lambda: _copy(bare, given), ours, promise=0.5, rounds=ROUNDS, before=empty)

        try:
            return [await against_copy("its own", own), await against_copy("the user's", joined)]
        finally:
            await bare.close()


async def _copy(bare: Any, given: list[dict[str, Any]]) -> None:
    now = datetime.now(UTC)
    rows = [(new_id(), "bench.send_invoice", json.dumps(one), "default", 100, 4, "ready", now) for one in given]
    await bare.copy_records_to_table("jobs", schema_name="soniq", columns=COLUMNS, records=rows)
