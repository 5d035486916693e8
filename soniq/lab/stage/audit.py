"""Ask both systems what is left of an order."""

import asyncio
from typing import Final

from soniq.lab.record import Facts, Story
from soniq.lab.shop.bookshop import Shop
from soniq.lab.shop.order import Order

WAITING: Final = {"queued", "started", "ready", "later", "rescued", "processing"}
FAILED: Final = {"failed", "dead_letter"}


async def audit(shop: Shop, order: Order, story: Story) -> Facts:
    """Count what Postgres and the queue hold; only whether somebody was early comes from the record."""
    orders, invoices, jobs, rq_jobs = await asyncio.gather(
        shop.orders(order.number),
        shop.invoices(order.number),
        shop.jobs(order.number),
        shop.rq_jobs(order.number),
    )
    states = [row[2] for row in (*jobs, *rq_jobs)]
    return Facts(
        order=order.number,
        order_exists=len(orders) > 0,
        jobs=len(states),
        invoices=len(invoices),
        waiting_jobs=sum(state in WAITING for state in states),
        failed_jobs=sum(state in FAILED for state in states),
        ran_before_commit=_ran_before_commit(story),
        customer=order.customer,
    )


def _ran_before_commit(story: Story) -> bool:
    kinds = [event.kind for event in story.events]
    return "run" in kinds and "commit" in kinds[kinds.index("run") :]
