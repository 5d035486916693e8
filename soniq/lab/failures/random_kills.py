"""Many orders, each killed at a random message of its own."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Final

from soniq.lab.failures.runs import PLACE_ORDER, Code
from soniq.lab.record import Facts, VerdictName, judge
from soniq.lab.shop import Order, Shop
from soniq.lab.stage import Blow, Scene

AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of many orders.

    Attributes:
        seed: Gives the same kills again.
        verdicts: How many orders ended with which verdict.
        killed: How many processes died.
    """

    seed: int
    verdicts: Counter[VerdictName]
    killed: int

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in self.verdicts.most_common())
        return f"{self.verdicts.total()} orders, {self.killed} processes killed (seed {self.seed}): {counts}"

    __repr__ = __str__


async def random_kills(shop: Shop, *codes: Code, orders: int = 200, seed: int = 1043) -> Tally:
    """Place orders by each code in turn, SIGKILL each process at a random message, and ask both systems."""
    dice = random.Random(seed)
    lengths = [await _length(shop, code) for code in codes]
    # One more than there are: some orders must be let through.
    blows = [Blow("message", messages=dice.randrange(lengths[at % len(codes)] + 1)) for at in range(orders)]
    scenes = [Scene(shop, "", Order(shop.next_number())) for _ in blows]
    gate = asyncio.Semaphore(AT_ONCE)

    async def place(at: int) -> bool:
        async with gate:
            ending = await scenes[at].request(PLACE_ORDER, codes[at % len(codes)].__name__, blow=blows[at])
            return ending.killed

    killed = await asyncio.gather(*[place(at) for at in range(orders)])
    verdicts = await _verdicts(shop, [scene.order.number for scene in scenes])
    return Tally(seed, verdicts, sum(killed))


async def _length(shop: Shop, code: Code) -> int:
    """Count the messages of an order that nobody disturbs."""
    scene = Scene(shop, "")
    await scene.request(PLACE_ORDER, code.__name__)
    return scene.messages


async def _verdicts(shop: Shop, numbers: list[int]) -> Counter[VerdictName]:
    written = {row[0] for row in await shop.orders()}
    jobs = Counter(row[0] for row in await shop.rq_jobs())
    facts = [Facts(n, n in written, jobs[n], invoices=0, waiting_jobs=jobs[n]) for n in numbers]
    return Counter(judge(each).name for each in facts)
