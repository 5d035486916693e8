"""Money is moved by workers that are killed at random points and taken for dead while they live: the sums are exact."""

import asyncio
import os
import random
from collections import Counter
from multiprocessing.connection import wait
from typing import Any, Final

from soniq import Soniq
from soniq.claim.rescue import RESCUE, survey
from soniq.claim.take import Holder
from soniq.identity import new_id
from tests.chaos.movers import MOVE, Mover, movers, start

KILLS: Final = int(os.environ.get("SONIQ_TEST_MONEY_KILLS", "200"))
SEED: Final = 20_260_101
WORKERS: Final = 3
BACKLOG: Final = 50  # transfers, so that nobody is idle
OVERLAPS: Final = 0.5  # of the kills come when everybody was just taken for dead
LONGEST_SECONDS: Final = 0.012  # about a transfer
TABLES: Final = """
create table public.accounts (id integer primary key, balance bigint);
insert into public.accounts values (1, 0), (2, 0);
create table public.transfers (number integer, attempt integer)
"""
WAITING: Final = "select count(*) from soniq.jobs where task = 'move'"
NUMBERS: Final = "select array_agg(number order by number) from public.transfers"
BALANCES: Final = "select array_agg(balance order by id) from public.accounts"
RECEIPTS: Final = """
select array_agg(number order by number)
from (select (args->>'number')::integer as number from soniq.jobs where task = 'receipt') as receipts
"""


async def test_each_transfer_happens_once_whoever_dies_or_is_taken_for_dead(migrated_url: str, other: Any) -> None:
    await other.execute(TABLES)

    async with Soniq(migrated_url, max_retries=1000) as app:
        amounts, said = await move_and_kill(app, other, migrated_url, random.Random(SEED))

    numbers = list(range(len(amounts)))
    assert await other.fetchval(NUMBERS) == numbers
    assert await other.fetchval(RECEIPTS) == numbers
    assert await other.fetchval(BALANCES) == [-sum(amounts), sum(amounts)]
    assert await other.fetchval("select count(*) from soniq.job_history where state = 'done'") == len(numbers)
    again = await other.fetchval("select count(*) from public.transfers where attempt > 1")
    print(f"seed {SEED}: {len(numbers)} transfers, {KILLS} kills, {dict(said)}, {again} by a later attempt")  # noqa: T201
    assert said["lost"], "no attempts overlapped"


async def move_and_kill(app: Soniq, other: Any, url: str, chance: random.Random) -> tuple[list[int], Counter[str]]:
    """Return the amounts that were to be moved, and what the movers said."""
    amounts, said = list[int](), Counter[str]()
    with movers(WORKERS, url) as running:
        for kill in range(KILLS):
            if await other.fetchval(WAITING) < BACKLOG:
                amounts += await enqueue(app, len(amounts), chance)
            wait_for_a_transfer(running[0], said)
            if chance.random() < OVERLAPS:
                await take_for_dead(other)
            kill_soon(running.pop(0), chance, said)
            running.append(start(url, WORKERS + kill))
        await take_for_dead(other)
        await until_all_is_done(other)
        for mover in running:
            listen(mover, said)
    return amounts, said


async def enqueue(app: Soniq, first: int, chance: random.Random) -> list[int]:
    """Enqueue transfers, numbered from `first`; return their amounts."""
    amounts = [chance.randrange(1, 1000) for _ in range(2 * BACKLOG)]
    await app.enqueue_many(MOVE, [{"number": first + n, "amount": amount} for n, amount in enumerate(amounts)])
    return amounts


def wait_for_a_transfer(mover: Mover, said: Counter[str]) -> None:
    """Wait until it begins one from now on."""
    listen(mover, said)
    assert wait([mover.said], timeout=20), "it began nothing"


def kill_soon(mover: Mover, chance: random.Random, said: Counter[str]) -> None:
    """Kill it at some point of what it does."""
    wait([mover.process.sentinel], timeout=chance.uniform(0, LONGEST_SECONDS))
    mover.end()
    listen(mover, said)


def listen(mover: Mover, said: Counter[str]) -> None:
    """Count what it said."""
    try:
        while mover.said.poll():
            said[mover.said.recv()] += 1
    except EOFError:
        pass


async def take_for_dead(other: Any) -> None:
    """Take the jobs out of the hands of every worker, dead or alive, as a sweep would: attempts overlap."""
    everybody = await survey(other, Holder(new_id(), "soniq"))
    seen = zip(*((worker.worker_id, worker.generation, worker.beat_at) for worker in everybody), strict=True)
    await other.fetch(RESCUE, *(seen if everybody else ([], [], [])))


async def until_all_is_done(other: Any) -> None:
    async with asyncio.timeout(60):
        while await other.fetchval(WAITING):
            await other.execute("select pg_sleep(0.05)")
