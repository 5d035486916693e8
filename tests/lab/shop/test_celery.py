"""The same code on Celery: a real broker, a real worker, and what both say when they are asked."""

from soniq.lab.crew import Ending
from soniq.lab.shop import Shop
from soniq.lab.stage import Blow, Run, Scene

PLACE = "soniq.lab.shop.celery_processes:place_order"
WORK = "soniq.lab.shop.celery_processes:work"


async def order(shop: Shop, blow: Blow | None = None) -> tuple[Run, Ending]:
    scene = Scene(shop, "", lanes=["queue"])
    await scene.request(PLACE, "write_then_enqueue", blow=blow)
    worked = await scene.work(WORK)
    return await scene.conclude(), worked


async def test_celery_is_asked_for_what_waits_and_for_what_ended(shop: Shop) -> None:
    scene = Scene(shop, "", lanes=["queue"])
    await scene.request(PLACE, "write_then_enqueue")
    waiting = await shop.celery_jobs()
    await scene.work(WORK)

    assert waiting.rows == ((1043, "send_invoice", "queued"),)
    assert (await shop.celery_jobs(1043)).rows == ((1043, "send_invoice", "finished"),)
    assert len(await shop.celery_jobs(1044)) == 0
    assert (await scene.conclude()).verdict.name == "consistent"


async def test_an_order_whose_celery_broker_is_away_is_refused_and_lost(shop: Shop) -> None:
    run, _ = await order(shop, Blow("broker_down"))

    assert (run.struck, run.ending.error, run.verdict.name) == (True, "OperationalError", "lost")


async def test_celerys_own_retry_sends_the_job_twice_when_the_answer_is_lost(shop: Shop) -> None:
    run, worked = await order(shop, Blow("after_enqueue", "cut"))

    assert (run.ending.error, run.verdict.name) == ("", "duplicate")
    assert worked.value == 2


async def test_a_closed_shop_leaves_nothing_of_celerys_behind(shop: Shop) -> None:
    await order(shop)
    await shop.close()

    assert shop.celery.jobs() == []
