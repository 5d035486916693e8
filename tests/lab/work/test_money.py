"""Money that a job moves while its workers are killed: once where effect and end are one commit."""

import pytest

from soniq.lab.shop import Shop
from soniq.lab.work import charge, killed_everywhere, pay_author
from soniq.lab.work.money import Handler, balance
from soniq.lab.work.provider import Provider, charge_card, charge_card_by_key
from soniq.lab.work.royalties import pay, pay_on_your_session, pay_with_its_end


@pytest.mark.parametrize(
    ("handler", "paid", "verdict"),
    [(pay, 60, "duplicate"), (pay_with_its_end, 30, "consistent"), (pay_on_your_session, 30, "consistent")],
)
async def test_money_moves_once_where_the_end_of_the_job_is_in_its_transaction(
    shop: Shop, handler: Handler, paid: int, verdict: str
) -> None:
    run = await pay_author(shop, handler)

    assert await balance(shop) == paid
    assert run.verdict.name == verdict
    assert f"paid {paid} for order {run.order}" in run.verdict.sentence


async def test_a_killed_transaction_is_drawn_as_undone_and_the_other_as_committed(shop: Shop) -> None:
    run = await pay_author(shop, pay_with_its_end, "after_the_record")

    assert [band.fate for band in run.timeline.plot.bands] == ["undone", "committed"]
    assert await balance(shop) == 30


@pytest.mark.parametrize(("handler", "charges"), [(charge_card, 2), (charge_card_by_key, 1)])
async def test_only_a_key_keeps_a_provider_from_charging_again(shop: Shop, handler: Handler, charges: int) -> None:
    run = await charge(shop, handler)

    assert await Provider(shop.broker.url, shop.broker.queue).count() == charges
    assert len(await shop.invoices(run.order)) == 1
    assert run.verdict.name == ("duplicate" if charges == 2 else "consistent")
    assert ("the provider knows the key" in run.timeline.text) == (charges == 1)
    kinds = [event.kind for event in run.story.events]
    assert kinds[:3] == ["run", "begin", "effect"]


async def test_workers_killed_all_along_their_jobs_pay_what_was_earned(shop: Shop) -> None:
    payroll = await killed_everywhere(shop, pay_with_its_end, every=12)

    assert payroll.killed == payroll.jobs - 1 > 1
    assert payroll.paid == payroll.earned == 30 * payroll.jobs
    assert str(payroll).endswith(f"earned {payroll.earned}, and was paid {payroll.paid}")
