"""A small queue emptied batch by batch, with and without somebody who holds a snapshot."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from soniq.lab.plots import Chart, Line, lines
from soniq.lab.shop import Shop

BATCH: Final = 20
STEP: Final = 25  # batches between two looks, each after a VACUUM
TABLE: Final = """
create table if not exists waiting (
    id bigint generated always as identity primary key, state text not null default 'ready', letter text
) with (autovacuum_enabled = off);
create index if not exists waiting_ready on waiting (id) where state = 'ready';
truncate waiting restart identity;
"""
FILL: Final = "insert into waiting (letter) select repeat('x', 100) from generate_series(1, $1::int)"
CLAIM: Final = """
delete from waiting
where id = any(array(
    select id from waiting
    where state = 'ready' and id > $1
    order by id
    limit $2
    for update skip locked
))
returning id
"""
REPORT: Final = "begin isolation level repeatable read; select count(*) from books"
DEAD: Final = "select n_dead_tup from pg_stat_user_tables where relname = 'waiting'"


@dataclass(frozen=True, slots=True)
class Emptied:
    """A queue that was emptied.

    Attributes:
        name: How.
        claims: How long a claim took, in milliseconds, by how many jobs had been claimed before.
        dead: How many dead rows were left by a VACUUM, by the same.
    """

    name: str
    claims: Sequence[tuple[float, float]]
    dead: Sequence[tuple[float, float]]

    def __str__(self) -> str:
        first, last = self.claims[0][1], self.claims[-1][1]
        left = self.dead[-1][1]
        return (
            f"{self.name}: a claim took {first:.1f} ms at first and {last:.1f} ms at last; dead rows left: {left:,.0f}"
        )

    __repr__ = __str__


async def empty_a_queue(shop: Shop, holder: str = "", *, mark: bool = False, jobs: int = 6000) -> Emptied:
    """Claim and delete every job of a table, twenty at a time, with a VACUUM after every 500.

    Args:
        shop: Where.
        holder: What another connection has said before, and nothing after it, such as `REPORT`; empty for none.
        mark: Whether each claim begins behind the last job of the one before, instead of at the beginning.
        jobs: How many.
    """
    worker, reporter = await shop.connect(), await shop.connect()
    name = ("a snapshot is held" if holder else "no snapshot") + (", with a mark" if mark else "")
    try:
        await worker.execute(TABLE)
        await worker.execute(FILL, jobs)
        await worker.execute("vacuum analyze waiting")
        if holder:
            await reporter.execute(holder)
        claims, dead = await _empty(worker, jobs, mark)
    finally:
        await reporter.close()
        await worker.close()
    return Emptied(name, claims, dead)


def chart_claims(*queues: Emptied) -> Chart:
    """Show how long a claim took."""
    series = [Line(each.name, each.claims) for each in queues]
    return lines("How long a claim of 20 jobs takes", "jobs claimed before", "milliseconds, median of 25", series)


def chart_dead(*queues: Emptied) -> Chart:
    """Show what VACUUM had to leave behind."""
    series = [Line(each.name, each.dead) for each in queues]
    return lines("Dead rows that VACUUM may not remove", "jobs claimed before", "rows", series)


async def _empty(worker: Any, jobs: int, mark: bool) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    claim = await worker.prepare(CLAIM)
    claims: list[tuple[float, float]] = []
    dead: list[tuple[float, float]] = []
    took: list[float] = []
    last = 0
    for done in range(BATCH, jobs + 1, BATCH):
        began = time.perf_counter()
        rows = await claim.fetch(last if mark else 0, BATCH)
        took.append((time.perf_counter() - began) * 1000)
        last = max(row["id"] for row in rows)
        if len(took) == STEP:
            claims.append((done - STEP * BATCH, median(took)))
            took.clear()
            await worker.execute("vacuum (truncate false) waiting")
            dead.append((done, await worker.fetchval(DEAD)))
    return claims, dead
