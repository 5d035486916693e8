"""Single runs that the lessons look at: an order over HTTP, and a worker killed at the worst moment."""

from typing import Final

from soniq.lab.board.strategies import SONIQS_WORKER, strategy
from soniq.lab.shop import Order, Shop
from soniq.lab.shop.order import COMMON, GOOD
from soniq.lab.stage import Blow, Run, Scene

KEEP_WORKING: Final = "soniq.lab.shapes.processes:keep_working"


async def call_api(shop: Shop, book: str = COMMON, card: str = GOOD) -> Run:
    """Start the FastAPI app in a process of its own, send it an order over HTTP, and let a worker run."""
    scene = Scene(shop, "An order comes over HTTP", Order(shop.next_number(), book=book, card=card))
    await scene.call(strategy("sqlalchemy").place)
    await scene.work(SONIQS_WORKER)
    return await scene.conclude()


async def killed_after_the_invoice(shop: Shop) -> Run:
    """Place an order by Soniq's pool, kill its worker after the invoice is sent, and let another worker come."""
    scene = Scene(shop, "The worker is killed after the invoice, before the job is recorded")
    await scene.request(strategy("soniqs_pool").place)
    await scene.work(SONIQS_WORKER, blow=Blow("after_the_effect"))
    await scene.work(KEEP_WORKING, blow=Blow("after_the_record", "stop"))
    return await scene.conclude()
