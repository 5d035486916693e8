"""Measure how long a note lies in the outbox before its job is in the queue."""

import asyncio
from typing import Final

from soniq.lab.board.strategies import RQ_WORKER
from soniq.lab.shop import Rows, Shop
from soniq.lab.stage import Blow, Run, Scene

PLACE_ORDER: Final = "soniq.lab.shop.outbox_processes:place_order"
KEEP_RELAYING: Final = "soniq.lab.shop.outbox_processes:keep_relaying"


async def outbox_lag(shop: Shop, pause_s: float = 0.5, orders: int = 3) -> Rows:
    """Place orders that just miss a look of the relay, and say when each job reached the queue.

    Args:
        shop: Where.
        pause_s: How long the relay pauses between two looks.
        orders: How many.
    """
    runs = [await _one(shop, pause_s) for _ in range(orders)]
    await Scene(shop, "").work(RQ_WORKER)
    rows = tuple((run.order, round(_lag_ms(run))) for run in runs)
    return Rows(f"A relay that looks every {pause_s} s", ("order", "from COMMIT to the queue, ms"), rows)


async def _one(shop: Shop, pause_s: float) -> Run:
    scene = Scene(shop, "The relay looks now and then", lanes=["queue"])
    relay = asyncio.create_task(scene.relay(KEEP_RELAYING, pause_s, blow=Blow("after_the_mark", "stop")))
    await scene.request(PLACE_ORDER)
    await relay
    return await scene.conclude()


def _lag_ms(run: Run) -> float:
    committed = next(event.at_ns for event in run.story.events if event.kind == "commit" and event.lane == "request")
    queued = next(event.at_ns for event in run.story.events if event.kind == "enqueue" and event.lane == "relay")
    return (queued - committed) / 1e6
