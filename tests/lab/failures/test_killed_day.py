"""A day of random kills, and the audits of its evening."""

from soniq.lab.failures import ask_midway, audit_two_systems, killed_day
from soniq.lab.shop import Rows, Shop

JOIN = """
select orders.number, jobs.id is null as "no job", orders.number is null as "no order"
from orders
full join (
    select id, args from soniq.jobs
    union all select id, args from soniq.job_history
    union all select id, args from soniq.dead_letter_jobs
) as jobs on (jobs.args->>'number')::bigint = orders.number
where jobs.id is null or orders.number is null
"""


async def test_on_two_systems_a_day_of_kills_parts_orders_and_jobs(shop: Shop) -> None:
    lost = await killed_day(shop, "write_then_enqueue", orders=8)
    found = set(await audit_two_systems(shop))
    orphaned = await killed_day(shop, "enqueue_then_write", orders=8)
    found_later = set(await audit_two_systems(shop)) - found

    assert lost.killed > 0
    assert {said for _, said in found} == {"an order without a job"}
    assert {number for number, _ in found} <= set(lost.numbers)
    assert {said for _, said in found_later} == {"a job without an order"}
    assert {number for number, _ in found_later} <= set(orphaned.numbers)


async def test_on_soniq_the_same_day_leaves_nothing_for_the_join(shop: Shop) -> None:
    day = await killed_day(shop, "soniqs_pool", orders=8)
    placed = await shop.orders()

    assert day.killed > 0
    assert 0 < len(placed) < 8
    assert len(await shop.ask(JOIN)) == 0
    assert {number for number, *_ in await shop.invoices()} == {number for number, *_ in placed}


async def test_the_join_can_find_both_kinds(shop: Shop) -> None:
    await shop.ask("insert into orders values (7, 'Ada', 'The First Compiler') returning 1")
    await shop.ask(
        "insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts) "
        "values (gen_random_uuid(), 'send_invoice', 'default', 100, '{\"number\": 8}', 'ready', now(), 1) returning 1"
    )

    assert {*await shop.ask(JOIN)} == {(7, True, False), (None, False, True)}


async def test_an_audit_of_two_systems_takes_an_order_that_is_being_placed_for_lost(shop: Shop) -> None:
    async def audit() -> Rows:
        return await audit_two_systems(shop)

    async def join() -> Rows:
        return await shop.ask(JOIN)

    alarm = await ask_midway(shop, "write_then_enqueue", "between_the_calls", audit)

    assert alarm == ([(1043, "an order without a job")], [])
    await shop.ask("delete from orders returning 1")
    assert await ask_midway(shop, "soniqs_pool", "before_commit", join) == ([], [])
    assert len(await shop.orders(1044)) == 1
