"""A frozen worker wakes after another one has done its job: what its claim still lets it do."""

import pytest

from soniq.lab.shapes.scenes import Handler
from soniq.lab.shapes.tasks import send_invoice, send_invoice_once, send_invoice_with_its_end
from soniq.lab.shop import Shop
from soniq.lab.work import zombie


@pytest.mark.parametrize(
    ("handler", "place", "invoices"),
    [
        (send_invoice, "before_the_effect", 2),
        (send_invoice_once, "before_the_effect", 1),
        (send_invoice_with_its_end, "after_the_effect", 1),
    ],
)
async def test_a_zombie_never_records_the_job_but_only_a_transaction_takes_its_deeds_back(
    shop: Shop, handler: Handler, place: str, invoices: int
) -> None:
    run = await zombie(shop, handler, place)

    fenced = "SONIQ_CLAIM_LOST" if handler is send_invoice_with_its_end else "claim lost: not recorded"
    assert f"Worker 1, turned down by Postgres: {fenced}" in run.timeline.text
    assert [event.kind for event in run.story.events].count("done") == 1
    assert [*await shop.jobs(run.order)] == [(run.order, "send_invoice", "done")]
    assert len(await shop.invoices(run.order)) == invoices
    assert run.verdict.name == ("duplicate" if invoices == 2 else "consistent")


async def test_the_frozen_and_the_other_worker_are_drawn_at_work_one_after_the_other(shop: Shop) -> None:
    run = await zombie(shop)

    kinds = [event.kind for event in run.story.events]
    spans = sorted((each.start or 0, each.end) for each in run.timeline.plot.working)
    assert [kinds[start] for start, _ in spans] == ["run", "run", "wake"]
    assert [kinds[end] for _, end in spans if end] == ["freeze", "done", "refuse"]
