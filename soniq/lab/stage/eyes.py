"""Two connections whose every statement is recorded: yours to use, in a cell or a test."""

from typing import Any, Final
from uuid import uuid4

from soniq.lab.draw import Timeline, timeline
from soniq.lab.record import Lane, Recorder
from soniq.lab.shop.bookshop import Shop
from soniq.lab.shop.order import Order
from soniq.lab.stage.watch import Watch
from soniq.lab.tap import tap_postgres

LANES: Final[dict[Lane, str]] = {"request": "Ada", "postgres": "Postgres", "worker": "Grace"}


class Eyes:
    """What two people see of one order.

    Attributes:
        number: The order's.
        ada: Her connection of asyncpg's.
        grace: Hers.
    """

    def __init__(self, number: int, ada: Any, grace: Any, recorder: Recorder) -> None:
        self.number, self.ada, self.grace = number, ada, grace
        self._recorder = recorder

    @property
    def timeline(self) -> Timeline:
        """What was recorded so far, drawn."""
        return timeline(self._recorder.story(), f"e{self.number}")


async def two_connections(shop: Shop, title: str) -> Eyes:
    """Open two connections of asyncpg's to the shop, and record what is said on them."""
    recorder = Recorder(shop.folder / f"{uuid4().hex}.jsonl", title, LANES)
    order = Order(shop.next_number())
    watches = (Watch(recorder, "request", "ada", order), Watch(recorder, "worker", "grace", order))
    taps = [await shop.open.enter_async_context(tap_postgres(shop.url, watch)) for watch in watches]
    ada, grace = [await shop.connect(tap.url) for tap in taps]
    return Eyes(order.number, ada, grace, recorder)
