"""The fifth failure: everything is in one database, and the job is in no transaction of the order's."""

from typing import Final, Literal

from soniq.errors import OptionInvalid
from soniq.lab.board import SONIQS_WORKER, strategy
from soniq.lab.shapes.forgetful import GUARDS
from soniq.lab.shop import Order, Shop
from soniq.lab.shop.order import DECLINED
from soniq.lab.stage import Run, Scene

Guard = Literal["off", "warn", "error", "transactional"]
SAID: Final = {
    "off": "",
    "warn": ", SONIQ_UNJOINED=warn",
    "error": ", SONIQ_UNJOINED=error",
    "transactional": ", transactional=True",
}


async def forgotten(shop: Shop, card: str = DECLINED, guard: Guard = "off") -> Run:
    """5: `connection=` was left out.

    Args:
        shop: Where.
        card: How the order is paid: "good" or "declined".
        guard: What stands against it.

    Raises:
        OptionInvalid: There is no such guard.
    """
    if guard not in GUARDS:
        raise OptionInvalid(f"no guard is named {guard!r}: there are {', '.join(GUARDS)}", guard=guard)
    paid = "the card is declined" if card == DECLINED else "the card is good"
    order = Order(shop.next_number(), card=card)
    scene = Scene(shop, f"Forgetting: {paid}{SAID[guard]}", order)
    await scene.request(strategy("forgotten").place, guard)
    await scene.work(SONIQS_WORKER)
    return await scene.conclude()
