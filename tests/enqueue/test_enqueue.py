"""A call becomes a row: what it says, and what it refuses before anything is written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest

from soniq import JobContext, Soniq, task_ref
from soniq.errors import (
    AppClosed,
    ArgumentsInvalid,
    ConnectionRequired,
    InvalidTaskName,
    OptionInvalid,
    SoniqError,
    UnknownTask,
)


async def send_invoice(order_id: int, email: str = "", *, ctx: JobContext | None = None) -> None: ...


@pytest.fixture
def registered(app: Soniq) -> Soniq:
    app.job(name="billing.send_invoice", queue="billing", priority=7, retries=2)(send_invoice)
    return app


async def test_a_job_says_what_the_call_said(registered: Soniq) -> None:
    job = await registered.get_job(await registered.enqueue(send_invoice, order_id=1, email="ada@example.org"))

    assert job is not None
    assert (job.job_name, job.queue, job.priority, job.max_attempts) == ("billing.send_invoice", "billing", 7, 3)
    assert (job["args"], job["status"], job.attempts) == ({"order_id": 1, "email": "ada@example.org"}, "queued", 0)


async def test_options_of_the_call_win_over_the_task(registered: Soniq) -> None:
    job = await registered.get_job(await registered.enqueue(send_invoice, queue="slow", priority=900, order_id=1))

    assert job is not None
    assert (job.queue, job.priority) == ("slow", 900)


async def test_a_target_is_a_function_a_name_or_a_reference(registered: Soniq) -> None:
    elsewhere = task_ref(name="shop.pack", default_queue="packing")

    ids = [
        await registered.enqueue(send_invoice, order_id=1),
        await registered.enqueue("billing.send_invoice", args={"order_id": 2}),
        await registered.enqueue(elsewhere, args={"box": [1, 2]}),
    ]

    jobs = [await registered.get_job(one) for one in ids]
    queues = [job.queue for job in jobs if job is not None]
    assert queues == ["billing", "billing", "packing"]


async def test_args_carries_what_clashes_with_an_option(app: Soniq) -> None:
    @app.job(name="reorder")
    async def reorder(queue: str, priority: int) -> None: ...

    job = await app.get_job(await app.enqueue(reorder, args={"queue": "till", "priority": 5}, priority=3))

    assert job is not None
    assert (job.args, job.queue, job.priority) == ({"queue": "till", "priority": 5}, "default", 3)


@pytest.mark.parametrize(
    "in_an_hour",
    [
        lambda: timedelta(hours=1),
        lambda: 3600,
        lambda: datetime.now(UTC) + timedelta(hours=1),
        lambda: datetime.now(timezone(timedelta(hours=-9))) + timedelta(hours=1),
    ],
)
async def test_a_scheduled_job_waits_until_it_is_due(registered: Soniq, in_an_hour: Callable[[], Any]) -> None:
    job_id = await registered.schedule(send_invoice, in_an_hour(), order_id=1)

    assert await registered.run_worker(run_once=True) == 0
    job = await registered.get_job(job_id)
    assert job is not None
    assert job.scheduled_at is not None
    assert abs(job.scheduled_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"scheduled_at": datetime(2030, 1, 1)}, "time zone"),  # noqa: DTZ001  # the naive one is the point
        ({"scheduled_at": timedelta(seconds=-1)}, "from now"),
        ({"scheduled_at": datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))}, "years 1 to 9999"),
        ({"scheduled_at": datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))}, "years 1 to 9999"),
        ({"scheduled_at": float("nan")}, "seconds"),
        ({"scheduled_at": "tomorrow"}, "tomorrow"),
        ({"scheduled_at": True}, "True"),
        ({"priority": 0}, "1 to 1000"),
        ({"priority": True}, "1 to 1000"),
        ({"queue": ""}, "queue"),
        ({"queue": "a\x00b"}, "queue"),
    ],
)
async def test_an_option_out_of_range_is_named_and_nothing_is_written(
    registered: Soniq, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(OptionInvalid, match=says):
        await registered.enqueue(send_invoice, order_id=1, **options)

    assert (await registered.get_queue_stats()).total == 0


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({}, "order_id"),
        ({"order_id": 1, "colour": "red"}, "colour"),
        ({"order_id": "abc"}, "order_id"),
        ({"order_id": 1, "email": "a\x00b"}, "email"),
        ({"order_id": 1, "email": "x" * 1_000_000}, "limit"),
    ],
)
async def test_a_bad_argument_is_named_and_the_users_transaction_lives_on(
    registered: Soniq, arguments: dict[str, Any], names: str
) -> None:
    async with registered.transaction() as connection:
        with pytest.raises(ArgumentsInvalid, match=names):
            await registered.enqueue(send_invoice, connection=connection, args=arguments)
        assert await connection.fetchval("select 1") == 1

    assert (await registered.get_queue_stats()).total == 0


async def test_enqueue_many_says_which_job_is_wrong_and_writes_none(registered: Soniq) -> None:
    with pytest.raises(ArgumentsInvalid, match=r"job 1 .*order_id"):
        await registered.enqueue_many(send_invoice, [{"order_id": 1}, {"order_id": "x"}])

    assert (await registered.get_queue_stats()).total == 0


async def test_enqueue_many_keeps_the_order(registered: Soniq) -> None:
    ids = await registered.enqueue_many(send_invoice, [{"order_id": number} for number in range(100)])

    jobs = await registered.list_jobs(limit=100)
    assert [job.id for job in reversed(jobs)] == ids
    assert [job.args["order_id"] for job in reversed(jobs)] == list(range(100))


@pytest.mark.parametrize("arguments", [{"order_id": 1}, "ab", None, 5, [None], ["ab"], [{"order_id": 1}, 7]])
async def test_enqueue_many_wants_a_list_of_mappings(registered: Soniq, arguments: Any) -> None:
    with pytest.raises(ArgumentsInvalid, match="mapping"):
        await registered.enqueue_many(send_invoice, arguments)

    assert (await registered.get_queue_stats()).total == 0


async def test_an_argument_of_any_name_reaches_the_handler(app: Soniq) -> None:
    handle = app.job(name="any")(lambda **more: None)

    job = await app.get_job(await handle.enqueue(self=1, target=2))

    assert job is not None
    assert job.args == {"self": 1, "target": 2}


async def test_enqueue_many_of_nothing_writes_nothing(registered: Soniq) -> None:
    assert await registered.enqueue_many(send_invoice, []) == []


async def test_a_transactional_task_refuses_to_be_enqueued_on_its_own(app: Soniq) -> None:
    handle = app.job(name="strict", transactional=True)(send_invoice)

    with pytest.raises(ConnectionRequired):
        await app.enqueue(handle, order_id=1)
    with pytest.raises(ConnectionRequired):
        await app.enqueue_many(handle, [{"order_id": 1}])
    async with app.transaction() as connection:
        await handle.options(connection=connection).enqueue(order_id=1)

    assert (await app.get_queue_stats()).queued == 1


@pytest.mark.parametrize(
    ("target", "error"), [("nobody", UnknownTask), (send_invoice, UnknownTask), (7, OptionInvalid)]
)
async def test_an_unknown_target_is_refused(app: Soniq, target: Any, error: type[SoniqError]) -> None:
    with pytest.raises(error):
        await app.enqueue(target, args={})


async def test_an_unknown_name_passes_where_validation_is_off(migrated_url: str) -> None:
    async with Soniq(migrated_url, enqueue_validation="none") as app:
        await app.enqueue("elsewhere.task", args={"a": 1})
        with pytest.raises(InvalidTaskName):
            await app.enqueue("not a name", args={})

        assert (await app.get_queue_stats()).queued == 1


async def test_where_unknown_names_only_warn_the_warning_points_at_the_call(migrated_url: str) -> None:
    async with Soniq(migrated_url, enqueue_validation="warn") as app:
        with pytest.warns(UserWarning, match="no task is named 'elsewhere.task'") as warned:
            await app.enqueue("elsewhere.task")

    assert [warning.filename for warning in warned] == [__file__]


async def test_schedule_takes_its_moment_by_name_too(registered: Soniq) -> None:
    job_id = await registered.schedule(send_invoice, run_at=timedelta(hours=1), order_id=1)

    job = await registered.get_job(job_id)
    assert job is not None
    assert job.scheduled_at is not None
    assert job.scheduled_at - job.created_at == pytest.approx(timedelta(hours=1), abs=timedelta(seconds=1))


async def test_a_closed_app_says_so(migrated_url: str) -> None:
    app = Soniq(migrated_url, enqueue_validation="none")
    await app.close()
    await app.close()

    with pytest.raises(AppClosed):
        await app.get_queue_stats()
    with psycopg.connect(migrated_url) as connection, pytest.raises(AppClosed):
        app.enqueue_sync("greet", connection=connection)
    with pytest.raises(AppClosed):
        await app.enqueue_many("greet", [])
