"""An order that waits for its invoice, and a stage for two workers."""

from typing import Final

from soniq.lab.board.strategies import strategy
from soniq.lab.record import Lane
from soniq.lab.shop import Order, Shop
from soniq.lab.stage import Scene

FIRST: Final[Lane] = "request"
SECOND: Final[Lane] = "worker"
LANES: Final[dict[Lane, str]] = {FIRST: "Worker 1", "postgres": "Postgres", SECOND: "Worker 2"}


async def two_workers(shop: Shop, title: str, retries: int = 3) -> Scene:
    """Place an order with its job by Soniq's pool, unobserved, and set the stage for who is to run it.

    Args:
        shop: Where.
        title: What is tried.
        retries: The job's.
    """
    order = Order(shop.next_number())
    await Scene(shop, "", order).request(strategy("soniqs_pool").place, retries)
    return Scene(shop, title, order, lanes=LANES)
