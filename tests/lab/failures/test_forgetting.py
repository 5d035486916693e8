"""A forgotten `connection=` ends as the lesson says, and each guard does what it says."""

import pytest

from soniq.errors import OptionInvalid
from soniq.lab.board import TRIALS, play, strategy
from soniq.lab.failures import Guard, forgotten
from soniq.lab.shop import Shop


@pytest.mark.parametrize("guard", ["off", "warn"])
async def test_a_forgotten_job_outlives_the_order_that_is_rolled_back(shop: Shop, guard: Guard) -> None:
    run = await forgotten(shop, guard=guard)

    assert run.verdict.name == "orphan"
    assert run.ending.error == "CardDeclined"
    assert [*await shop.jobs(run.order)] == [(run.order, "send_invoice", "dead_letter")]


async def test_a_good_card_hides_that_it_was_forgotten(shop: Shop) -> None:
    run = await forgotten(shop, "good")

    assert run.verdict.name == "consistent"
    assert len(await shop.invoices(run.order)) == 1


@pytest.mark.parametrize(("guard", "error"), [("error", "UnjoinedEnqueue"), ("transactional", "ConnectionRequired")])
async def test_a_guard_refuses_the_order_whatever_the_card_says(shop: Shop, guard: Guard, error: str) -> None:
    run = await forgotten(shop, "good", guard)

    assert run.ending.error == error
    assert (len(await shop.orders(run.order)), len(await shop.jobs(run.order))) == (0, 0)


@pytest.mark.parametrize(("trial", "verdict"), [("early_worker", "early"), ("before_commit", "orphan")])
async def test_the_faults_of_rq_are_back(shop: Shop, trial: str, verdict: str) -> None:
    [suffered] = [each for each in TRIALS if each.name == trial]

    run = await play(shop, strategy("forgotten"), suffered)

    assert run.verdict.name == verdict


async def test_a_guard_that_is_not_there_is_refused(shop: Shop) -> None:
    with pytest.raises(OptionInvalid, match="there are off, warn, error, transactional"):
        await forgotten(shop, guard="hope")  # type: ignore[arg-type]
