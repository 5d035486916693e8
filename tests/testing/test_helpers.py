"""Throw-away queues, jobs run now, assertions that show what there is, and time that passes."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from soniq import Snooze, Soniq, task_ref
from soniq.errors import ArgumentsInvalid, OptionInvalid, PermissionDenied, SettingsInvalid, UnknownTask
from soniq.sql import statement
from soniq.testing import FrozenTime, assert_enqueued, assert_not_enqueued, drain, make_app, wait_until

HOUR = timedelta(hours=1)
ORDER = UUID("01890000-0000-7000-8000-000000000001")


async def send_invoice(order_id: int, reference: UUID | None = None) -> int:
    if order_id < 0:
        raise ValueError("no such order")
    return order_id


@pytest.fixture
def shop(app: Soniq) -> Soniq:
    """Know one task."""
    app.job(name="shop.send_invoice", retries=1, retry_delay=HOUR)(send_invoice)
    return app


async def test_a_throw_away_app_is_ready_and_its_database_ends_with_it(server_url: str) -> None:
    exists = "select count(*) from pg_database where datname = $1"
    async with make_app(database_url=server_url, database_schema="billing", concurrency=2) as app:
        name = str(app.settings.database_url).rpartition("/")[2]
        assert (await app.get_queue_stats()).total == 0
        assert (app.settings.database_schema, app.settings.concurrency) == ("billing", 2)
    await app.close()

    with psycopg.connect(server_url) as server:
        assert server.execute(exists.replace("$1", "%s"), [name]).fetchone() == (0,)


def test_an_app_that_nobody_closes_leaves_no_database(server_url: str) -> None:
    program = "import sys; from soniq.testing import make_app; app = make_app(database_url=sys.argv[1])"
    program += "; print(app.settings.database_url)"

    url = subprocess.check_output([sys.executable, "-c", program, server_url], text=True, timeout=60).strip()

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_wrong_setting_is_refused_before_a_database_is_made() -> None:
    with pytest.raises(SettingsInvalid, match="did you mean `concurrency`"):
        make_app(database_url="postgresql://nowhere.invalid/x", concurency=2)


def test_a_role_that_may_not_create_databases_is_told_so(server_url: str, migrated_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute("create role humble login password 'humble'")
        try:
            with pytest.raises(PermissionDenied, match="create a database"):
                make_app(database_url=server_url.replace(server_url.split("//")[1].split("@")[0], "humble:humble"))
        finally:
            server.execute("drop role humble")


async def test_drain_runs_what_is_due_and_what_that_enqueues_and_says_what_became_of_it(shop: Soniq) -> None:
    @shop.job(name="shop.place_orders")
    async def place_orders() -> None:
        await shop.enqueue(send_invoice, order_id=1)
        await shop.enqueue(send_invoice, order_id=-1)

    await shop.enqueue(place_orders)
    await shop.schedule(send_invoice, HOUR, order_id=2)

    ran = await drain(shop)

    seen = [(job.job_name, job.args, job.status, job.attempts) for job in ran]
    assert seen == [
        ("shop.place_orders", {}, "done", 1),
        ("shop.send_invoice", {"order_id": 1}, "done", 1),
        ("shop.send_invoice", {"order_id": -1}, "queued", 1),
    ]
    assert ran[2].last_error == "ValueError: no such order"
    assert await drain(shop) == []


async def test_drain_runs_so_many_and_leaves_the_rest(shop: Soniq) -> None:
    await shop.enqueue_many(send_invoice, [{"order_id": number} for number in range(5)])

    ran = [await drain(shop, 2), await drain(shop, max_jobs=1), await drain(shop, 9)]

    assert [[job.args["order_id"] for job in jobs] for jobs in ran] == [[0, 1], [2], [3, 4]]


async def test_drain_leaves_other_queues_alone(shop: Soniq) -> None:
    await shop.enqueue(send_invoice, queue="slow", order_id=1)

    assert await drain(shop, queues=["fast"]) == []
    assert len(await drain(shop, queues=["slow"])) == 1


@pytest.mark.parametrize("options", [{"max_jobs": 0}, {"max_jobs": True}, {"max_jobs": 1, "until": HOUR}])
async def test_drain_refuses_what_makes_no_sense(shop: Soniq, options: dict[str, Any]) -> None:
    with pytest.raises(OptionInvalid, match="max_jobs"):
        await drain(shop, **options)


async def test_drain_runs_also_what_is_scheduled_up_to_a_moment(shop: Soniq) -> None:
    for hours in (3, 1, 2):
        await shop.schedule(send_invoice, hours * HOUR, order_id=hours)

    ran = await drain(shop, until=datetime.now(UTC) + 2.5 * HOUR)

    assert [job.args["order_id"] for job in ran] == [1, 2]
    assert len(await drain(shop, until=HOUR)) == 1


async def test_each_job_runs_when_its_time_has_come_and_what_it_schedules_counts_from_there(shop: Soniq) -> None:
    time, ran_at = FrozenTime(shop), list[datetime]()

    @shop.job(name="shop.remind")
    async def remind(left: int) -> None:
        ran_at.append(time.now)
        if left:
            await shop.schedule(remind, HOUR, left=left - 1)

    began = time.now
    await shop.schedule(remind, HOUR, left=5)
    ran = await time.move(3.5 * HOUR)

    assert [job.args["left"] for job in ran] == [5, 4, 3]
    assert [round((at - began) / HOUR, 2) for at in ran_at] == [1, 2, 3]
    assert [job.args["left"] for job in await time.move(HOUR / 2)] == [2]


async def test_a_retry_and_a_snooze_come_in_their_time(shop: Soniq) -> None:
    naps = [True, False]

    @shop.job(name="shop.nap")
    async def nap() -> Snooze | None:
        return Snooze(1800) if naps.pop(0) else None

    await shop.enqueue(nap)
    await shop.enqueue(send_invoice, order_id=-1)

    ran = await FrozenTime(shop).move(2 * HOUR)

    assert [(job.job_name, job.status) for job in ran[2:]] == [
        ("shop.nap", "done"),
        ("shop.send_invoice", "dead_letter"),
    ]


@pytest.mark.parametrize("wrong", [-HOUR, 3600, None])
async def test_time_only_moves_on(shop: Soniq, wrong: Any) -> None:
    time = FrozenTime(shop)

    with pytest.raises(OptionInvalid, match="at least 0"):
        await time.move(wrong)
    with pytest.raises(OptionInvalid):
        await time.move_to(time.now - HOUR)
    with pytest.raises(OptionInvalid, match="time zone"):
        await time.move_to(datetime(2030, 1, 1))  # noqa: DTZ001  # the naive one is the point


async def test_a_job_is_found_by_some_of_its_arguments_as_they_were_given(shop: Soniq) -> None:
    await shop.enqueue(send_invoice, order_id=1, reference=ORDER)
    await shop.enqueue(send_invoice, queue="slow", order_id=2)
    await drain(shop, 1)

    [job] = await assert_enqueued(shop, send_invoice, reference=ORDER)
    assert (job.args["order_id"], job.status) == (1, "done")
    assert len(await assert_enqueued(shop, "shop.send_invoice")) == 2
    assert len(await assert_enqueued(shop, send_invoice, queue="slow", args={"order_id": 2})) == 1
    await assert_not_enqueued(shop, send_invoice, order_id=3)
    await assert_not_enqueued(shop, send_invoice, queue="slow", order_id=1)
    await assert_not_enqueued(shop, task_ref(name="elsewhere.task"))


async def test_the_message_shows_what_was_enqueued(shop: Soniq) -> None:
    with pytest.raises(AssertionError, match="no job at all is committed"):
        await assert_enqueued(shop, send_invoice)
    await shop.enqueue_many(send_invoice, [{"order_id": number} for number in range(12)])

    with pytest.raises(AssertionError) as missing:
        await assert_enqueued(shop, send_invoice, order_id=99)
    with pytest.raises(AssertionError, match=r'was enqueued of task .* with {"order_id": 3}'):
        await assert_not_enqueued(shop, send_invoice, order_id=3)

    assert "shop.send_invoice {\"order_id\": 0} queued in queue 'default'" in str(missing.value)
    assert "and 2 more" in str(missing.value)


async def test_what_no_job_could_be_is_refused_rather_than_missed(shop: Soniq) -> None:
    with pytest.raises(ArgumentsInvalid, match="ordr_id"):
        await assert_not_enqueued(shop, send_invoice, ordr_id=1)
    with pytest.raises(UnknownTask):
        await assert_not_enqueued(shop, "shop.send_invoce")


async def test_inside_an_open_transaction_its_own_jobs_are_seen(shop: Soniq, migrated_url: str) -> None:
    engine = create_async_engine(migrated_url.replace("postgresql", "postgresql+psycopg", 1))
    async with AsyncSession(engine) as session, shop.transaction() as connection:
        for held in (session, connection):
            await shop.enqueue(send_invoice, connection=held, order_id=1)
            assert len(await assert_enqueued(shop, send_invoice, connection=held, order_id=1)) == 1
        with pytest.raises(AssertionError, match="seen by this transaction"):
            await assert_not_enqueued(shop, send_invoice, connection=session)
        await assert_not_enqueued(shop, send_invoice)
    await engine.dispose()


STAYS = ["meta", "schedule_leader"]  # one row each, of the installation
TABLES = "select relname from pg_class where relnamespace = 'soniq'::regnamespace and relkind in ('r', 'p') order by 1"
DEAD_WORKER = """
insert into soniq.workers (id, host, pid, concurrency) values (gen_random_uuid(), 'gone', 1, 1);
insert into soniq.sleepers (worker_id) select id from soniq.workers
"""


async def test_reset_empties_every_table_but_who_the_installation_is(shop: Soniq, other: Any) -> None:
    await shop.enqueue_many(send_invoice, [{"order_id": number} for number in (1, -1)])
    await FrozenTime(shop).move(2 * HOUR)
    await shop.enqueue(send_invoice, order_id=2)
    await other.execute(DEAD_WORKER)

    await shop._reset()

    tables = [name for (name,) in await other.fetch(TABLES)]
    assert [name for name in tables if await other.fetchval(f"select count(*) from soniq.{name}")] == STAYS


async def test_reset_knows_every_table_that_there_is(shop: Soniq, other: Any) -> None:
    plan = "\n".join(line for (line,) in await other.fetch(f"explain (verbose) {statement('testing', 'clear')}"))

    tables = {name for (name,) in await other.fetch(TABLES.replace(" order", " and not relispartition order"))}

    assert {name for name in tables if f"Delete on soniq.{name}" not in plan} == set(STAYS)


async def test_waiting_ends_with_the_answer_or_says_what_it_was() -> None:
    answers, fact = iter([0, "", "yes"]), asyncio.Event()

    async def asked() -> Any:
        return next(answers)

    assert await wait_until(asked, poll=0) == "yes"
    with pytest.raises(AssertionError, match="the last answer was False"):
        await wait_until(fact.is_set, timeout=0)
    with pytest.raises(AssertionError, match="no mail"):
        await wait_until(fact.is_set, timeout=0, message="no mail")
