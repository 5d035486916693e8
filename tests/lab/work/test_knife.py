"""A worker killed at each place of its job: how often the job ran, and what Ada got."""

import pytest

from soniq.errors import OptionInvalid
from soniq.lab.shapes.scenes import Handler
from soniq.lab.shapes.tasks import send_invoice, send_invoice_once
from soniq.lab.shop import Shop
from soniq.lab.stage import Run
from soniq.lab.work import knife


def runs(run: Run) -> int:
    return [event.kind for event in run.story.events].count("run")


@pytest.mark.parametrize(
    ("handler", "place", "verdict", "ran"),
    [
        (send_invoice, "after_the_effect", "duplicate", 2),
        (send_invoice, "before_the_job", "consistent", 2),
        (send_invoice, "after_the_record", "consistent", 1),
        (send_invoice_once, "before_the_record", "consistent", 2),
    ],
)
async def test_a_job_runs_again_unless_its_end_was_recorded(
    shop: Shop, handler: Handler, place: str, verdict: str, ran: int
) -> None:
    run = await knife(shop, handler, place)

    assert run.verdict.name == verdict
    assert runs(run) == ran
    assert ("the other is silent" in run.timeline.text) == (ran == 2)
    assert len(await shop.invoices(run.order)) == (2 if verdict == "duplicate" else 1)


async def test_at_most_once_sends_no_invoice_and_says_so_in_a_dead_letter(shop: Shop) -> None:
    run = await knife(shop, send_invoice, "before_the_effect", retries=0)

    assert runs(run) == 1
    assert len(await shop.invoices(run.order)) == 0
    assert [*await shop.jobs(run.order)] == [(run.order, "send_invoice", "dead_letter")]


async def test_a_place_that_is_not_there_is_refused_before_anything_is_ordered(shop: Shop) -> None:
    with pytest.raises(OptionInvalid, match="did you mean 'after_the_effect'"):
        await knife(shop, send_invoice, "after_the_efect")

    assert len(await shop.orders()) == 0
