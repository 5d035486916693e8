"""The case: a day on which nothing went wrong, as far as anybody was told."""

from dataclasses import dataclass
from typing import Final

from soniq.lab.failures.runs import PLACE_ORDER, WORK
from soniq.lab.shop import Order, Rows, Shop, naive
from soniq.lab.stage import Blow, Scene

ORDERS: Final = 20
FATEFUL: Final = 12
COUNTS: Final = """
select (select count(*) from orders where number = any($1::bigint[])) as orders,
       (select count(*) from invoices where number = any($1::bigint[])) as invoices,
       $2::int as "requests that reported an error",
       $3::int as "jobs that failed"
"""


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is over.

    Attributes:
        numbers: Its orders'.
        counts: What was counted in the evening: one row.
    """

    numbers: list[int]
    counts: Rows

    @property
    def missing(self) -> int:
        """How many orders have no invoice."""
        [[orders, invoices, *_]] = self.counts.rows
        return int(str(orders)) - int(str(invoices))

    def __str__(self) -> str:
        return str(self.counts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.counts._repr_html_()


async def busy_day(shop: Shop) -> Day:
    """Take twenty orders by `naive.write_then_enqueue`, deploy once in the middle, let RQ's worker run; count."""
    scenes = [Scene(shop, "", Order(shop.next_number(), "Ada" if at % 3 else "Grace")) for at in range(ORDERS)]
    errors = 0
    for at, scene in enumerate(scenes):
        deploy = Blow("between_the_calls") if at == FATEFUL else None
        ending = await scene.request(PLACE_ORDER, naive.write_then_enqueue.__name__, blow=deploy)
        errors += bool(ending.error)
    await Scene(shop, "", scenes[0].order).work(WORK)
    numbers = [scene.order.number for scene in scenes]
    failed = sum(status == "failed" for number, _, status in await shop.rq_jobs() if number in numbers)
    return Day(numbers, await shop.ask(COUNTS, numbers, errors, failed, source="Tuesday"))
