"""Each failure ends as the lessons say, on a real Postgres and a real RQ."""

import pytest

from soniq.lab import failures
from soniq.lab.shop import Shop, naive
from soniq.lab.stage import Run


def kinds(run: Run) -> list[str]:
    return [event.kind for event in run.story.events]


async def test_an_unanswered_call_loses_the_job_of_an_order_that_stands(shop: Shop) -> None:
    run = await failures.unanswered_call(shop)

    assert run.verdict.name == "lost"
    assert run.ending.error == "ConnectionError"
    assert kinds(run) == ["begin", "write", "commit", "refuse", "note", "note"]
    assert len(await shop.orders(run.order)) == 1
    assert len(await shop.rq_jobs(run.order)) == 0


async def test_a_ghost_is_a_job_that_fails_far_from_the_request(shop: Shop) -> None:
    run = await failures.ghost(shop)

    assert run.verdict.name == "orphan"
    assert run.ending.error == "CheckViolation"
    assert len(await shop.orders(run.order)) == 0
    assert [*await shop.rq_jobs(run.order)] == [(run.order, "send_invoice", "failed")]


async def test_a_rollback_does_not_reach_the_queue(shop: Shop) -> None:
    run = await failures.change_of_mind(shop)

    assert run.verdict.name == "orphan"
    assert run.ending.error == "CardDeclined"
    assert kinds(run)[-4:] == ["note", "run", "read", "fail"]
    assert run.timeline.text.index("card declined") < run.timeline.text.index("ROLLBACK")


async def test_a_handler_that_mails_at_once_sends_the_invoice_of_a_declined_order(shop: Shop) -> None:
    run = await failures.change_of_mind(shop, naive.both_and_mail_at_once)

    assert run.verdict.name == "orphan"
    assert [*await shop.invoices(run.order)] == [(run.order, "Ada")]
    assert [*await shop.rq_jobs(run.order)] == [(run.order, "mail_invoice", "finished")]
    assert len(await shop.orders(run.order)) == 0


async def test_a_worker_can_be_faster_than_the_commit(shop: Shop) -> None:
    run = await failures.early_worker(shop)

    assert run.verdict.name == "early"
    assert kinds(run).index("fail") < kinds(run).index("commit")
    assert len(await shop.orders(run.order)) == 1


@pytest.mark.parametrize(
    ("code", "place", "verdict"),
    [
        (naive.write_then_enqueue, "before_insert", "consistent"),
        (naive.write_then_enqueue, "after_insert", "consistent"),
        (naive.write_then_enqueue, "before_commit", "consistent"),
        (naive.write_then_enqueue, "after_commit", "lost"),
        (naive.write_then_enqueue, "between_the_calls", "lost"),
        (naive.write_then_enqueue, "after_enqueue", "consistent"),
        (naive.enqueue_in_finally, "between_the_calls", "lost"),
        (naive.enqueue_then_write, "after_enqueue", "orphan"),
        (naive.enqueue_then_write, "between_the_calls", "orphan"),
        (naive.enqueue_then_write, "before_commit", "orphan"),
        (naive.enqueue_then_write, "after_commit", "consistent"),
        (naive.both_in_one_transaction, "between_the_calls", "consistent"),
        (naive.both_in_one_transaction, "before_commit", "orphan"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_the_knife_decides(shop: Shop, code: failures.Code, place: str, verdict: str) -> None:
    run = await failures.knife(shop, code, place)

    assert run.verdict.name == verdict
    assert run.ending.killed
    assert "kill" in kinds(run)


async def test_the_queue_is_drawn_also_where_nothing_reached_it(shop: Shop) -> None:
    run = await failures.knife(shop)

    assert "queue" in run.timeline.plot.lanes


async def test_on_a_busy_day_one_order_of_graces_is_lost_in_silence(shop: Shop) -> None:
    await failures.knife(shop)  # an order of another day

    day = await failures.busy_day(shop)

    assert day.counts.rows == ((20, 19, 0, 0),)
    assert day.missing == 1
    without = "select customer from orders where number = any($1) and number not in (select number from invoices)"
    assert (await shop.ask(without, day.numbers)).rows == (("Grace",),)


async def test_orders_have_the_same_numbers_in_every_shop(shop: Shop) -> None:
    runs = [await failures.knife(shop) for _ in range(2)]

    assert [run.order for run in runs] == [1043, 1044]
