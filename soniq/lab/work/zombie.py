"""Freeze a worker in its job, give the job to another one, and wake it."""

from soniq.lab.board.strategies import SONIQS_WORKER
from soniq.lab.faults import place as find_place
from soniq.lab.shapes.scenes import KEEP_WORKING, Handler
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop import Shop
from soniq.lab.stage import Blow, Run
from soniq.lab.work.pair import FIRST, two_workers


async def zombie(shop: Shop, handler: Handler = send_invoice, place: str = "before_the_effect") -> Run:
    """Place an order by Soniq's pool, SIGSTOP its worker at the place until a second one has done the job, SIGCONT.

    Args:
        shop: Where.
        handler: What both workers run: one of `soniq.lab.shapes.tasks`.
        place: As of `knife`.

    Raises:
        OptionInvalid: There is no such place.
    """
    scene = await two_workers(shop, f"{handler.__name__}: the worker is frozen {find_place(place).gloss}")

    async def another() -> None:
        await scene.work(KEEP_WORKING, handler.__name__, blow=Blow("after_the_end", "stop"))

    await scene.work(SONIQS_WORKER, handler.__name__, blow=Blow(place, "freeze", meanwhile=another), lane=FIRST)
    return await scene.conclude()
