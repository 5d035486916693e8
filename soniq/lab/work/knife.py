"""Kill a worker at a place of its job, and let another one come."""

from typing import Final

from soniq.lab.board.strategies import SONIQS_WORKER
from soniq.lab.faults import place as find_place
from soniq.lab.shapes.scenes import KEEP_WORKING, Handler
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop import Shop
from soniq.lab.stage import Blow, Run
from soniq.lab.work.pair import FIRST, two_workers

RETRIES: Final = 3


async def knife(
    shop: Shop, handler: Handler = send_invoice, place: str = "after_the_effect", retries: int = RETRIES
) -> Run:
    """Place an order by Soniq's pool, SIGKILL its worker at the place, and let a second worker do what is left.

    Args:
        shop: Where.
        handler: What both workers run: one of `soniq.lab.shapes.tasks`.
        place: `before_the_job`, `before_the_effect`, `after_the_effect`, `before_the_record` or `after_the_record`.
        retries: How often the job may run again; 0 makes it run at most once.

    Raises:
        OptionInvalid: There is no such place.
    """
    once = "" if retries else ", retries=0"
    scene = await two_workers(shop, f"{handler.__name__}{once}: SIGKILL {find_place(place).gloss}", retries)
    await scene.work(SONIQS_WORKER, handler.__name__, blow=Blow(place), lane=FIRST)
    if {row[2] for row in await shop.jobs(scene.order.number)} == {"processing"}:  # in dead hands
        ends = "after_the_end" if retries else "after_the_rescue"
        await scene.work(KEEP_WORKING, handler.__name__, blow=Blow(ends, "stop"))
    else:
        await scene.work(SONIQS_WORKER, handler.__name__)
    return await scene.conclude()
