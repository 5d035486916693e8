"""A worker killed at the worst moment, and an order over HTTP: what is left, and what is shown of it."""

import pytest

from soniq.lab.shapes import call_api, killed_after_the_invoice
from soniq.lab.shapes.tasks import send_invoice, send_invoice_once
from soniq.lab.shop import Shop


async def test_a_worker_killed_after_the_invoice_sends_it_twice(shop: Shop) -> None:
    run = await killed_after_the_invoice(shop, send_invoice)

    assert run.verdict.name == "duplicate"
    assert len(await shop.invoices(run.order)) == 2


async def test_an_idempotent_handler_runs_twice_and_sends_one_invoice(shop: Shop) -> None:
    run = await killed_after_the_invoice(shop, send_invoice_once)

    assert run.verdict.name == "consistent"
    assert [event.kind for event in run.story.events].count("run") == 2
    assert "the invoice is there already" in run.timeline.text
    assert len(await shop.invoices(run.order)) == 1


@pytest.mark.parametrize(("card", "status"), [("good", "done"), ("declined", None)])
async def test_soniqs_table_is_shown_also_where_it_has_no_row(shop: Shop, card: str, status: str | None) -> None:
    await call_api(shop)
    run = await call_api(shop, card=card)

    shown = str(await shop.look(run.order))

    assert "RQ" not in shown
    assert (f"send_invoice  {status}" if status else "Postgres, soniq's jobs: no row") in shown
    assert ("card declined" in run.timeline.text) == (card == "declined")
