"""A paused queue begins no job, in any worker, until it is resumed; the others go on."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from soniq import Soniq, task_ref
from soniq.errors import OptionInvalid
from tests.adapters.shapes.shape import rolled_back
from tests.control.conftest import Until, worker_elsewhere
from tests.worker.conftest import Parts, parts  # noqa: F401  # a fixture
from tests.worker.test_claiming import claim

QUICK = task_ref(name="quick")


@pytest.fixture
def task(app: Soniq) -> None:
    @app.job(name="quick")
    async def quick() -> None: ...


async def test_pausing_and_resuming_say_whether_they_changed_anything(app: Soniq) -> None:
    changed = [await app.pause_queue("mail"), await app.pause_queue("mail")]
    paused = await app.paused_queues()
    changed += [await app.resume_queue("mail"), await app.resume_queue("mail")]

    assert changed == [True, False, True, False]
    assert (paused, await app.paused_queues()) == (["mail"], [])
    with pytest.raises(OptionInvalid):
        await app.pause_queue("")


async def test_a_paused_queue_shows_with_and_without_jobs(app: Soniq, task: None) -> None:
    await app.enqueue("quick")
    await app.pause_queue("default")
    await app.pause_queue("empty")

    queues = await app.get_queues()

    assert {name: (one.paused, one.queued, one.total) for name, one in queues.items()} == {
        "default": (True, 1, 1),
        "empty": (True, 0, 0),
    }
    assert (await app.get_queue_stats()).total == 1


async def test_a_worker_that_starts_runs_the_other_queues_only(app: Soniq, task: None) -> None:
    await app.pause_queue("default")
    paused, other = await app.enqueue("quick"), await app.enqueue("quick", queue="other")

    assert await app.run_worker(run_once=True) == 1

    found = [await app.get_job(job_id) for job_id in (paused, other)]
    assert [job and job.status for job in found] == ["queued", "done"]
    await app.resume_queue("default")
    assert await app.run_worker(run_once=True, queues=["default"]) == 1


async def test_a_rescued_job_of_a_paused_queue_waits_too(app: Soniq, task: None, other: Any) -> None:
    await app.enqueue("quick")
    await other.execute("update soniq.jobs set state = 'rescued', crashes = 1")
    await app.pause_queue("default")

    assert await app.run_worker(run_once=True) == 0


async def test_a_job_with_a_key_waits_too_and_so_does_a_queue_with_a_limit(app: Soniq) -> None:
    @app.job(name="one", concurrency=1, queue="keyed")
    async def one() -> None: ...

    @app.job(name="two", queue="limited")
    async def two() -> None: ...

    await app.limit_queue("limited", 1)
    for queue, task in (("keyed", one), ("limited", two)):
        await app.pause_queue(queue)
        await app.enqueue(task)

    assert await app.run_worker(run_once=True) == 0

    await app.resume_queue("keyed")
    await app.resume_queue("limited")
    assert await app.run_worker(run_once=True) == 2


async def test_what_runs_goes_on(app: Soniq, other: Any) -> None:
    begun, finish = asyncio.Event(), asyncio.Event()

    @app.job(name="patient")
    async def patient() -> None:
        begun.set()
        await finish.wait()

    async with app.worker():
        job_id = await app.enqueue(patient)
        await begun.wait()
        await app.pause_queue("default")
        await other.execute("select pg_sleep(1)")  # by then it is seen
        later = await app.enqueue(patient)
        finish.set()
        assert (await app.wait(job_id, timeout=10)).status == "done"

    job = await app.get_job(later)
    assert job is not None
    assert job.status == "queued"


async def test_what_was_claimed_and_not_begun_is_handed_back(parts: Parts) -> None:  # noqa: F811
    parts.slots.put([claim(number) for number in range(5)])

    parts.feed.pause({"default"})
    await parts.errands.run()

    assert len(parts.slots.ids()) == 2  # those that run
    assert len(parts.outbox.ids()) == 3


async def test_a_worker_in_another_process_sees_it_within_a_second(
    app: Soniq, migrated_url: str, other: Any, until: Until
) -> None:
    async with worker_elsewhere(migrated_url, other):
        await app.pause_queue("default")
        await other.execute("select pg_sleep(1)")  # what is promised
        job_id = await app.enqueue(QUICK)
        unpaused = await app.enqueue(QUICK, queue="other")
        await until(unpaused, lambda job: job.status == "done")
        await other.execute("select pg_sleep(0.3)")
        job = await app.get_job(job_id)
        assert job is not None
        assert job.status == "queued"
        resumed = await other.fetchval("select clock_timestamp()")
        await app.resume_queue("default")
        done = await until(job_id, lambda job: job.status == "done")

    assert done.updated_at - resumed < timedelta(seconds=1)


async def test_a_pause_joins_a_transaction(app: Soniq) -> None:
    async with rolled_back(app.transaction()) as connection:
        assert await app.pause_queue("mail", connection=connection)
    assert await app.paused_queues() == []

    async with app.transaction() as connection:
        await app.pause_queue("mail", connection=connection)
        assert await app.paused_queues() == []
    assert await app.paused_queues() == ["mail"]
