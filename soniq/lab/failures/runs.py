"""Run each failure: the code it needs, its fault, then RQ's worker, then both systems asked."""

from collections.abc import Callable
from typing import Any, Final

from soniq.lab.shop import Order, Shop, naive
from soniq.lab.shop.order import DECLINED, SOLD_OUT
from soniq.lab.stage import Blow, Run, Scene

PLACE_ORDER: Final = "soniq.lab.shop.processes:place_order"
WORK: Final = "soniq.lab.shop.processes:work"
Code = Callable[..., None]


async def unanswered_call(shop: Shop, code: Code = naive.write_then_enqueue) -> Run:
    """1: the order is written, then the broker refuses the call."""
    scene = _scene(shop, "The unanswered call: the broker refuses")
    await scene.request(PLACE_ORDER, code.__name__, blow=Blow("broker_down"))
    await scene.work(WORK)
    return await scene.conclude()


async def ghost(shop: Shop, code: Code = naive.enqueue_then_write) -> Run:
    """2: the job is enqueued, then the stock constraint refuses the order."""
    order = Order(shop.next_number(), book=SOLD_OUT)
    scene = _scene(shop, "The ghost: the stock constraint refuses", order)
    await scene.request(PLACE_ORDER, code.__name__)
    await scene.work(WORK)
    return await scene.conclude()


async def change_of_mind(shop: Shop, code: Code = naive.both_in_one_transaction) -> Run:
    """3: everything is inside the transaction, and the card is declined."""
    order = Order(shop.next_number(), card=DECLINED)
    mailed = ", and the job mails at once" if code is naive.both_and_mail_at_once else ""
    scene = _scene(shop, f"The change of mind: the card is declined{mailed}", order)
    await scene.request(PLACE_ORDER, code.__name__)
    await scene.work(WORK)
    return await scene.conclude()


async def early_worker(shop: Shop, code: Code = naive.both_in_one_transaction) -> Run:
    """3, once more: everything goes well, and the worker is faster than the commit."""
    scene = _scene(shop, "The change of mind: the worker is faster than COMMIT")

    async def work() -> Any:
        return await scene.work(WORK)

    await scene.request(PLACE_ORDER, code.__name__, blow=Blow("before_commit", work))
    return await scene.conclude()


async def knife(shop: Shop, code: Code = naive.write_then_enqueue, place: str = "between_the_calls") -> Run:
    """4: SIGKILL at a place of your choice; no line of the request's code runs after it."""
    where = place.replace("_", " ").replace("commit", "COMMIT")
    scene = _scene(shop, f"No code runs: {code.__name__}, SIGKILL {where}")
    await scene.request(PLACE_ORDER, code.__name__, blow=Blow(place))
    await scene.work(WORK)
    return await scene.conclude()


def _scene(shop: Shop, title: str, order: Order | None = None) -> Scene:
    """Set a scene in which RQ's lane is there, also where nothing reaches it."""
    return Scene(shop, title, order, lanes=["queue"])
