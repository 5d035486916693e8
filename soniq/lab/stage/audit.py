"""Ask both systems what is left of an order."""

import asyncio
from datetime import timedelta
from typing import Final

from soniq.lab.record import Facts, Story
from soniq.lab.shop.bookshop import Shop
from soniq.lab.shop.order import Order

WAITING: Final = {"queued", "started", "ready", "later", "rescued", "processing"}
FAILED: Final = {"failed", "dead_letter"}
NOTHING_TO_RUN: Final = "nothing to run"


async def audit(shop: Shop, order: Order, story: Story) -> Facts:
    """Count what Postgres and the queue hold; whether somebody was early or late comes from the record."""
    orders, invoices, jobs, rq_jobs, celery_jobs, notes = await asyncio.gather(
        shop.orders(order.number),
        shop.invoices(order.number),
        shop.jobs(order.number),
        shop.rq_jobs(order.number),
        shop.celery_jobs(order.number),
        shop.notes(order.number),
    )
    states = [row[2] for row in (*jobs, *rq_jobs, *celery_jobs)] + ["queued" for _ in notes]
    return Facts(
        order=order.number,
        order_exists=len(orders) > 0,
        jobs=len(states),
        invoices=len(invoices),
        waiting_jobs=sum(state in WAITING for state in states),
        failed_jobs=sum(state in FAILED for state in states),
        ran_before_commit=_ran_before_commit(story, f"order {order.number}"),
        late_by=_late_by(story),
        customer=order.customer,
    )


def _ran_before_commit(story: Story, subject: str) -> bool:
    """Say whether a worker took the job while the transaction that writes the order was open."""
    writes = [event.tx for event in story.events if event.kind == "write" and event.subject == subject]
    runs = [event.seq for event in story.events if event.kind == "run" and event.subject == subject]
    commits = [event.seq for event in story.events if event.kind == "commit" and event.tx in writes[:1]]
    return bool(runs and commits) and runs[0] < commits[0]


def _late_by(story: Story) -> timedelta | None:
    """Say how long before the invoice a worker had come for it in vain, though the order was committed."""
    came = [event for event in story.events if event.label == NOTHING_TO_RUN and event.lane == "worker"]
    sent = [event for event in story.events if event.kind == "effect"]
    first = next((event for event in came if _is_committed(story, event.seq)), None)
    if first is None or not sent or sent[-1].seq < first.seq:
        return None
    return timedelta(microseconds=(sent[-1].at_ns - first.at_ns) / 1000)


def _is_committed(story: Story, seq: int) -> bool:
    return any(event.kind == "commit" and event.lane == "request" for event in story.events[:seq])
