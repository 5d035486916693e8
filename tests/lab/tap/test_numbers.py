"""How many jobs a statement ended is read from its row, in text and in binary, of whichever driver."""

import asyncpg
import psycopg
import pytest

from soniq.lab.tap import Moment, tap_postgres

# Classified as the record of a job's end, by its first words.
RECORD = """
with ours as (select ' insert into soniq.job_history'), said as (select {count}::bigint as written, null::text as told)
select written, told, 'done' from said
"""


class Ends:
    """Keeps how many jobs each record ended."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    async def passing(self) -> None: ...

    async def before(self, moment: Moment) -> None: ...

    async def after(self, moment: Moment) -> None:
        if moment.act == "done":
            self.rows.append(moment.rows)

    async def gone(self, line: str) -> None: ...


@pytest.mark.parametrize("count", [0, 1, 48, 300])
async def test_the_jobs_that_were_ended_are_counted_from_the_answer(database_url: str, count: int) -> None:
    ends = Ends()

    async with tap_postgres(database_url, ends) as tap:
        binary = await asyncpg.connect(tap.url)
        await binary.fetch(RECORD.format(count=count))
        await binary.close()
        async with await psycopg.AsyncConnection.connect(tap.url) as text:
            await text.execute(RECORD.format(count=count))

    assert ends.rows == [count, count]
