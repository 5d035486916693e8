"""Failure 4 on Celery, with a worker that acknowledges late."""

from typing import Final

from soniq.lab.board.strategies import CELERY_WORKER, strategy
from soniq.lab.shop import Shop
from soniq.lab.stage import Blow, Run, Scene

ACKS_LATE: Final = True


async def knife_with_acks_late(shop: Shop) -> Run:
    """SIGKILL between the calls, then a worker with `task_acks_late`."""
    by = strategy("write_then_enqueue_on_celery")
    scene = Scene(shop, "Celery with acks_late: SIGKILL between the calls", lanes=["queue"])
    await scene.request(by.place, *by.arguments, blow=Blow("between_the_calls"))
    await scene.work(CELERY_WORKER, ACKS_LATE)
    return await scene.conclude()
