"""A unique job is written once while its key is held; whoever comes later gets the id of the one that is there."""

import pickle
from datetime import timedelta
from typing import Any

import pytest

from soniq import JobContext, JobId, Soniq, Unique, task_ref
from soniq.errors import OptionInvalid, UniqueInBatch, WrongDatabase
from soniq.testing import FrozenTime, assert_enqueued, drain

JOBS = "select count(*) from soniq.jobs"
HOUR = timedelta(hours=1)


async def sync(customer_id: int, fails: bool = False) -> None:
    if fails:
        raise ValueError("no such customer")


async def plain_sync(customer_id: int, fails: bool = False) -> None: ...


async def test_the_second_gets_the_id_of_the_first_and_says_so(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True)(sync)

    first = await app.enqueue(task, customer_id=1, fails=False)
    again = await task.enqueue(fails=False, customer_id=1)
    another = await app.enqueue(task, customer_id=2)

    assert (again, again.duplicate) == (first, True)
    assert (first.duplicate, another.duplicate, another == first) == (False, False, False)
    assert await other.fetchval(JOBS) == 2


async def test_an_id_is_text_wherever_text_goes(app: Soniq) -> None:
    app.job(name="sync")(sync)

    @app.job(name="follow")
    async def follow(parent: str) -> None: ...

    first = await app.enqueue("sync", customer_id=1)
    second = await app.enqueue(follow, parent=first)

    assert [type(one) for one in (first, second)] == [JobId, JobId]
    assert (await app.get_job(JobId(first, duplicate=True))) == await app.get_job(str(first))
    assert pickle.loads(pickle.dumps(JobId("a", duplicate=True))).duplicate
    assert await assert_enqueued(app, follow, parent=str(first))


async def test_a_call_may_ask_for_it_or_do_without(app: Soniq, other: Any) -> None:
    plain, task = app.job(name="plain")(plain_sync), app.job(name="sync", unique=True)(sync)

    for _ in range(2):
        await app.enqueue(plain, unique=True, customer_id=1)
        await plain.options(dedup_key="a").enqueue(customer_id=1)
        await app.schedule(plain, 60, dedup_key="b", customer_id=1)
        await app.enqueue(task_ref(name="elsewhere"), unique=True, args={"n": 1})
        await app.enqueue(task, unique=False, customer_id=1)

    assert await other.fetch("select task, count(*) from soniq.jobs group by task order by task") == [
        ("elsewhere", 1), ("plain", 3), ("sync", 2),
    ]  # fmt: skip


async def test_a_key_of_the_tasks_own_is_made_of_some_arguments(app: Soniq) -> None:
    task = app.job(name="sync", dedup_key="customer:{customer_id}")(sync)

    first = await app.enqueue(task, customer_id=1)

    assert await app.enqueue(task, customer_id=1, fails=True) == first
    assert await app.enqueue(task, customer_id=1, dedup_key="customer:1") == first
    assert not (await app.enqueue(task, customer_id=2)).duplicate
    assert not (await app.enqueue(task, customer_id=1, dedup_key="other")).duplicate


async def test_keys_are_the_tasks_own(app: Soniq) -> None:
    first, second = app.job(name="first")(sync), app.job(name="second")(plain_sync)

    await app.enqueue(first, dedup_key="a", customer_id=1)

    assert not (await app.enqueue(second, dedup_key="a", customer_id=1)).duplicate


@pytest.mark.parametrize("end", ["done", "dead", "cancelled", "deleted", "completed"])
async def test_the_key_is_free_when_the_job_has_ended(app: Soniq, end: str) -> None:
    @app.job(name="sync", dedup_key="a", retries=0)
    async def ends(ctx: JobContext) -> None:
        if end == "dead":
            raise ValueError
        if end == "completed":
            async with ctx.transaction():
                assert (await ctx.enqueue(ends)).duplicate

    first = await app.enqueue(ends)
    if end == "cancelled":
        assert await app.cancel_job(first)
    elif end == "deleted":
        assert await app.delete_job(first)
    else:
        await drain(app)
    second = await app.enqueue(ends)

    assert (second.duplicate, second == first) == (False, False)
    assert await app.enqueue(ends) == second


async def test_a_job_that_runs_or_waits_for_its_retry_holds_its_key(app: Soniq) -> None:
    held: list[bool] = []

    @app.job(name="sync", unique=True, retries=1, retry_delay=HOUR)
    async def task(customer_id: int) -> None:
        held.append((await app.enqueue(task, customer_id=customer_id)).duplicate)
        raise ValueError

    first = await app.enqueue(task, customer_id=1)
    await drain(app)

    assert held == [True]
    assert await app.enqueue(task, customer_id=1) == first


async def test_a_key_may_be_held_only_while_the_job_waits(app: Soniq, other: Any) -> None:
    made: list[JobId] = []

    @app.job(name="sync", unique=Unique(statuses=["queued"]))
    async def task(customer_id: int) -> None:
        if not made:
            made.extend([await app.enqueue(task, customer_id=customer_id) for _ in range(2)])

    first = await app.enqueue(task, customer_id=1)
    await drain(app)

    assert [one.duplicate for one in made] == [False, True]
    assert first not in made
    assert (await app.get_queue_stats()).done == 2


async def test_a_job_that_is_done_holds_its_key_for_the_period(app: Soniq) -> None:
    task = app.job(name="sync", unique=Unique(period=HOUR), retries=0)(sync)
    time = FrozenTime(app)

    first = await app.schedule(task, 2 * HOUR, customer_id=1)
    await time.move(2 * HOUR)
    assert (await app.get_queue_stats()).done == 1
    assert await app.enqueue(task, customer_id=1) == first

    await time.move(HOUR - timedelta(minutes=1))
    assert await app.enqueue(task, customer_id=1) == first

    await time.move(timedelta(minutes=1))
    assert not (await app.enqueue(task, customer_id=1)).duplicate


async def test_a_dead_job_holds_no_key_also_with_a_period(app: Soniq) -> None:
    task = app.job(name="sync", unique=Unique(period=HOUR), retries=0)(sync)

    await app.enqueue(task, customer_id=1, fails=True)
    await drain(app)

    assert not (await app.enqueue(task, customer_id=1, fails=True)).duplicate


async def test_a_replay_takes_no_key(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True, retries=0)(sync)
    first = await app.enqueue(task, customer_id=1, fails=True)
    await drain(app)

    await app.dead_letter.replay(first)
    second = await app.enqueue(task, customer_id=1, fails=True)

    assert not second.duplicate
    assert await other.fetchval(JOBS) == 2


async def test_a_unique_job_is_scheduled_and_limited_like_any(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True, queue="slow", priority=7, concurrency=2)(sync)

    await app.enqueue(task, customer_id=1)
    await app.schedule(task, HOUR, customer_id=2)

    rows = await other.fetch("select queue, priority, state, concurrency_key, concurrency from soniq.jobs order by id")
    assert rows == [("slow", 7, "keyed", "sync", 2), ("slow", 7, "later", "sync", 2)]
    assert len(await drain(app)) == 1


async def test_the_statement_that_is_sent_twice_writes_one_job_and_is_no_duplicate_of_itself(
    app: Soniq, other: Any
) -> None:
    task = app.job(name="sync", unique=True)(sync)
    first = await app.enqueue(task, customer_id=1)
    await drain(app)

    found = await other.fetchval("select soniq.free_key(task, key, job_id) from soniq.unique_jobs")

    assert found is False
    assert not (await app.enqueue(task, customer_id=1)).duplicate
    assert first != await other.fetchval("select job_id::text from soniq.unique_jobs")


async def test_another_installation_gets_nothing(app: Soniq, other: Any) -> None:
    task = app.job(name="sync", unique=True)(sync)
    await app.ensure_initialized()
    await other.execute(
        "create or replace function soniq.installation() returns uuid language sql immutable as"
        " 'select ''00000000-0000-7000-8000-000000000000''::uuid'"
    )

    with pytest.raises(WrongDatabase):
        await app.enqueue(task, customer_id=1)

    assert await other.fetchval("select count(*) from soniq.unique_jobs") == 0


async def test_many_at_once_are_refused_for_unique_tasks() -> None:
    app = Soniq("postgresql://nowhere.invalid/x")
    task = app.job(name="sync", unique=True)(sync)

    with pytest.raises(UniqueInBatch) as refused:
        await app.enqueue_many(task, [{"customer_id": 1}])

    assert refused.value.code == "SONIQ_UNIQUE_IN_BATCH"


async def test_a_schedule_of_a_unique_task_is_refused() -> None:
    app = Soniq("postgresql://nowhere.invalid/x")
    task = app.job(name="sync", unique=True)(sync)

    with pytest.raises(OptionInvalid, match="each tick"):
        await app.scheduler.add(task, every=60, args={"customer_id": 1})
    with pytest.raises(OptionInvalid, match="each tick"):

        @app.periodic(every=60, unique=True)
        async def tick() -> None: ...


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"unique": "yes"}, "`unique` must be"),
        ({"unique": 1}, "`unique` must be"),
        ({"unique": Unique(period=0)}, "`period` must be"),
        ({"unique": Unique(period=True)}, "`period` must be"),
        ({"unique": Unique(period=1e300)}, "`period` must be"),
        ({"unique": Unique(statuses=[])}, "must name `queued`"),
        ({"unique": Unique(statuses="queued")}, "list of statuses"),
        ({"unique": Unique(statuses=["processing"])}, "must name `queued`"),
        ({"unique": Unique(statuses=["queued", "dead_letter"])}, "keeps no key"),
        ({"unique": Unique(statuses=["queued", "done"])}, "both or neither"),
        ({"unique": Unique(period=1, statuses=["queued"])}, "both or neither"),
        ({"dedup_key": ""}, "printable text"),
        ({"dedup_key": "x" * 201}, "1 to 200"),
    ],
)
async def test_what_makes_no_unique_job_is_refused_before_anything_is_opened(
    options: dict[str, Any], says: str
) -> None:
    app = Soniq("postgresql://nowhere.invalid/x")
    plain = app.job(name="plain")(plain_sync)

    with pytest.raises(OptionInvalid, match=says):
        app.job(name="sync", **options)(sync)
    with pytest.raises(OptionInvalid, match=says):
        await app.enqueue(plain, customer_id=1, **options)


async def test_contradictions_and_unknown_names_are_refused() -> None:
    app = Soniq("postgresql://nowhere.invalid/x")
    plain = app.job(name="plain")(plain_sync)

    with pytest.raises(OptionInvalid, match="that it is not"):
        await app.enqueue(plain, unique=False, dedup_key="a", customer_id=1)
    with pytest.raises(OptionInvalid, match="`dedup_key` names `customer`"):
        app.job(name="sync", dedup_key="{customer}")(sync)
