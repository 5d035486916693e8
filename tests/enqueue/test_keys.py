"""A job's key and limit: what the task and the call say, and what they are refused for."""

from collections.abc import Callable
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from soniq import JobContext, Soniq, task_ref
from soniq.errors import OptionInvalid

ROWS = "select concurrency_key, concurrency, state from soniq.jobs order by id"


class Shop(Enum):
    MAIN = "main"


class Order(BaseModel):
    order_id: int
    note: str = ""


async def bill(customer_id: int, shop: Shop = Shop.MAIN, *, ctx: JobContext | None = None) -> None: ...


async def rows(other: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await other.fetch(ROWS)]


@pytest.mark.parametrize(
    ("options", "key", "limit"),
    [
        ({"concurrency": 2}, "bill", 2),
        ({"concurrency_key": "customer:{customer_id}"}, "customer:7", 1),
        ({"concurrency": 3, "concurrency_key": "customer:{customer_id}"}, "customer:7", 3),
        ({"concurrency": 3, "concurrency_key": "the {{provider}}"}, "the {provider}", 3),
    ],
)
async def test_a_task_says_the_key_and_the_limit_of_its_jobs(
    app: Soniq, other: Any, options: dict[str, Any], key: str, limit: int
) -> None:
    task = app.job(name="bill", **options)(bill)

    await app.enqueue(task, customer_id=7)

    assert await rows(other) == [(key, limit, "keyed")]


async def test_a_call_wins_over_its_task_also_in_a_transaction_and_in_a_batch(app: Soniq, other: Any) -> None:
    task = app.job(name="bill", concurrency=2)(bill)

    await task.options(concurrency_key="a").enqueue(customer_id=1)
    async with app.transaction() as connection:
        await app.enqueue(task, concurrency=5, connection=connection, customer_id=1)
    await app.enqueue_many(task, [{"customer_id": 1}] * 2, concurrency_key="b", concurrency=9)
    await app.schedule(task_ref(name="elsewhere"), 60, concurrency_key="c")

    assert await rows(other) == [
        ("a", 2, "keyed"), ("bill", 5, "keyed"), ("b", 9, "keyed"), ("b", 9, "keyed"), ("c", 1, "later"),
    ]  # fmt: skip


async def test_a_job_without_a_key_is_written_as_ever(app: Soniq, other: Any) -> None:
    task = app.job(name="bill")(bill)

    async with app.transaction() as connection:
        await app.enqueue(task, connection=connection, customer_id=1)
    await app.enqueue(task, customer_id=1)

    assert await rows(other) == [(None, None, "ready")] * 2


async def test_a_key_is_made_of_the_values_as_they_travel(app: Soniq, other: Any) -> None:
    @app.job(name="by_type", concurrency_key="{shop}:{order}:{urgent}")
    async def by_type(shop: Shop, order: UUID, urgent: bool) -> None: ...

    @app.job(name="by_model", args_model=Order, concurrency_key="order:{order_id}")
    async def by_model(order_id: int, note: str = "") -> None: ...

    await app.enqueue(by_type, shop=Shop.MAIN, order=UUID(int=1), urgent=True)
    await app.enqueue(by_model, order_id=5)

    assert [row[0] for row in await rows(other)] == [f"main:{UUID(int=1)}:true", "order:5"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"concurrency": 0}, "from 1"),
        ({"concurrency": True}, "from 1"),
        ({"concurrency": 1.5}, "from 1"),
        ({"concurrency_key": 7}, "printable text"),
        ({"concurrency_key": ""}, "printable text"),
        ({"concurrency_key": "a\0b"}, "printable text"),
        ({"concurrency_key": "x" * 201}, "1 to 200"),
    ],
)
async def test_a_limit_or_key_that_is_none_is_refused(app: Soniq, options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionInvalid, match=says):
        app.job(name="pay", **options)
    task = app.job(name="bill")(bill)
    with pytest.raises(OptionInvalid, match=says):
        await app.enqueue(task, customer_id=1, **options)

    assert (await app.get_queue_stats()).total == 0


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("customer:{customer}", "`customer`"),
        ("shop:{shop}", "every call"),
        ("{customer_id.real}", "argument's name"),
        ("{customer_id:05}", "argument's name"),
        ("{}", "argument's name"),
        ("{customer_id", "brace"),
    ],
)
def test_a_template_names_arguments_that_every_call_gives(template: str, says: str) -> None:
    with pytest.raises(OptionInvalid, match=says):
        Soniq().job(name="bill", concurrency_key=template)(bill)


@pytest.mark.parametrize("value", [1.5, None, [1], {"a": 1}, "x" * 200])
async def test_an_argument_that_makes_no_key_is_refused_before_anything_is_written(app: Soniq, value: object) -> None:
    @app.job(name="open", concurrency_key="customer:{customer}")
    async def takes_all(**others: Any) -> None: ...

    with pytest.raises(OptionInvalid, match="concurrency_key"):
        await app.enqueue(takes_all, customer=value)

    assert (await app.get_queue_stats()).total == 0


async def test_keyed_jobs_are_queued_to_those_who_look(app: Soniq) -> None:
    app.job(name="bill", concurrency=1)(bill)
    job_id = await app.enqueue("bill", args={"customer_id": 1})

    job = await app.get_job(job_id)

    assert job is not None
    assert job.status == "queued"
    assert [one.id for one in await app.list_jobs(status="queued")] == [job_id]
    assert (await app.get_queue_stats()).queued == 1


async def test_the_limit_of_a_queue_is_set_read_and_taken_away(app: Soniq) -> None:
    await app.limit_queue("billing", 5)
    await app.limit_queue("mail", 1)
    await app.limit_queue("billing", 2)
    assert await app.get_queue_limits() == {"billing": 2, "mail": 1}

    await app.limit_queue("mail", None)
    assert await app.get_queue_limits() == {"billing": 2}


async def test_the_limit_of_a_queue_commits_with_your_transaction(app: Soniq) -> None:
    async def fail() -> None:
        async with app.transaction() as connection:
            await app.limit_queue("billing", 5, connection=connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await app.get_queue_limits() == {}

    async with app.transaction() as connection:
        await app.limit_queue("billing", 5, connection=connection)
    assert await app.get_queue_limits() == {"billing": 5}


@pytest.mark.parametrize(
    "call",
    [lambda app: app.limit_queue("billing", 0), lambda app: app.limit_queue("", 1), lambda app: app.limit_queue(7, 1)],
)
async def test_a_limit_of_a_queue_that_is_none_is_refused(app: Soniq, call: Callable[[Soniq], Any]) -> None:
    with pytest.raises(OptionInvalid):
        await call(app)

    assert await app.get_queue_limits() == {}


async def test_an_enqueue_waits_for_nobody_who_decides_about_its_key_or_queue(app: Soniq, other: Any) -> None:
    app.job(name="bill", concurrency_key="customer:{customer_id}")(bill)
    async with app.transaction() as connection, other.transaction():
        assert await other.fetchval("select soniq.left_of_key('customer:7', 1)") == 1
        await other.execute("lock table soniq.queue_limits in access exclusive mode")

        await connection.execute("set local lock_timeout = '5 s'")
        await app.enqueue("bill", connection=connection, args={"customer_id": 7})
        await app.enqueue_many("bill", [{"customer_id": 7}, {"customer_id": 8}], connection=connection)

    assert [row[0] for row in await rows(other)] == ["customer:7", "customer:7", "customer:8"]
