"""Orders are placed while the process that places them is killed at random points, again and again."""

import random
from multiprocessing.connection import Connection, wait
from typing import Final

from tests.adapters.children import child, order_many
from tests.adapters.places import Place

ORDERS: Final = 200
SEED: Final = 20_260_101
# Orders take 2 to 6 ms: some kills hit before the COMMIT, some behind it, some between two orders.
LONGEST_SECONDS: Final = 0.006


def heard(pipe: Connection, until: int) -> int:
    """Return the last order that was begun: `until`, or where the process ended."""
    last = -1
    try:
        while last < until:
            last = pipe.recv()
    except EOFError:
        pass
    return last


def place_until_killed(name: str, url: str, first: int, chance: random.Random) -> int:
    """Let a process place orders, kill it during one, and return how many were begun in all."""
    with child(order_many, name, url, first, ORDERS) as (process, pipe):
        begun = heard(pipe, first + chance.randrange(20, 60))
        wait([process.sentinel], timeout=chance.uniform(0, LONGEST_SECONDS))
        process.kill()
        process.join()
        return 1 + max(begun, heard(pipe, ORDERS))


def test_no_job_without_its_order_and_no_order_without_its_job(shape_name: str, queue: Place) -> None:
    chance, begun, kills = random.Random(f"{SEED} {shape_name}"), 0, 0
    while begun < ORDERS:
        begun = place_until_killed(shape_name, queue.url, begun, chance)
        kills += 1

    queue.wait_until_quiet()
    orders, jobs = queue.seen()
    print(f"seed {SEED}: {begun} orders begun, {kills} kills, {len(orders)} orders kept")  # noqa: T201  # the seed
    orphans, lost = set(jobs) - set(orders), set(orders) - set(jobs)
    assert (orphans, lost, len(jobs)) == (set(), set(), len(orders))
    assert ORDERS - kills <= len(orders) <= ORDERS
