"""Single runs that the lessons look at: an order over HTTP, and a worker killed at the worst moment."""

from collections.abc import Awaitable, Callable
from typing import Final

from soniq.lab.board.strategies import SONIQS_WORKER, strategy
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop import Order, Shop
from soniq.lab.shop.order import COMMON, DECLINED, GOOD
from soniq.lab.stage import Blow, Run, Scene

Handler = Callable[..., Awaitable[None]]
KEEP_WORKING: Final = "soniq.lab.shapes.processes:keep_working"


async def call_api(shop: Shop, book: str = COMMON, card: str = GOOD) -> Run:
    """Start the FastAPI app in a process of its own, send it an order over HTTP, and let a worker run."""
    declined = ", and the card is declined" if card == DECLINED else ""
    scene = Scene(shop, f"An order comes over HTTP{declined}", Order(shop.next_number(), book=book, card=card))
    await scene.call(strategy("sqlalchemy").place)
    await scene.work(SONIQS_WORKER)
    return await scene.conclude()


async def killed_after_the_invoice(shop: Shop, handler: Handler = send_invoice) -> Run:
    """Place an order by Soniq's pool, kill its worker after the invoice is sent, and let another worker come.

    Args:
        shop: Where.
        handler: What both workers run: `send_invoice` or `send_invoice_once` of `soniq.lab.shapes.tasks`.
    """
    scene = Scene(shop, "The worker is killed after the invoice, before the job is recorded")
    await scene.request(strategy("soniqs_pool").place)
    await scene.work(SONIQS_WORKER, handler.__name__, blow=Blow("after_the_effect"))
    await scene.work(KEEP_WORKING, handler.__name__, blow=Blow("after_the_record", "stop"))
    return await scene.conclude()
