"""`run_once` runs what is due, writes down what became of it, and returns."""

import asyncio
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import pytest

from soniq import JobStatus, Snooze, Soniq


async def test_every_due_job_is_run_and_ends_in_the_history(app: Soniq, other: Any) -> None:
    ran: list[int] = []

    @app.job(name="note")
    async def note(number: int) -> int:
        ran.append(number)
        return number * 2

    ids = await app.enqueue_many(note, [{"number": number} for number in range(1200)])

    assert await app.run_worker(run_once=True, concurrency=10) == 1200

    assert sorted(ran) == list(range(1200))
    assert await other.fetchval("select count(*) from soniq.jobs") == 0
    assert await result_of(app, ids[7]) == 14


async def test_jobs_run_in_the_order_of_priority_then_age(app: Soniq) -> None:
    ran: list[str] = []

    @app.job(name="note")
    async def note(which: str) -> None:
        ran.append(which)

    await app.enqueue(note, which="second")
    await app.enqueue(note, which="third")
    await app.enqueue("note", args={"which": "first"}, priority=5)

    await app.run_worker(run_once=True, concurrency=1)

    assert ran == ["first", "second", "third"]


async def test_a_plain_function_runs_in_a_thread(app: Soniq) -> None:
    @app.job(name="loop_of")
    def loop_of() -> bool:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True

    job_id = await app.enqueue(loop_of)
    await app.run_worker(run_once=True)

    assert await result_of(app, job_id) is False


async def test_a_failing_job_is_tried_again_and_ends_as_a_dead_letter_with_its_errors(app: Soniq) -> None:
    @app.job(name="fail", retries=2, retry_delay=0)
    async def fail() -> None:
        raise ValueError("no such order")

    job_id = await app.enqueue(fail)

    assert await app.run_worker(run_once=True) == 3

    job = await app.get_job(job_id)
    assert job is not None
    assert (job.status, job.dead_letter_reason) == (JobStatus.DEAD_LETTER, "max_retries_exceeded")
    assert [(one.attempt, one.error) for one in job.errors] == [(n, "ValueError: no such order") for n in (1, 2, 3)]


async def test_the_dead_letter_keeps_the_traceback(app: Soniq, other: Any) -> None:
    @app.job(name="fail", retries=0)
    async def fail() -> None:
        raise ValueError("no such order")

    await app.enqueue(fail)
    await app.run_worker(run_once=True)

    traceback = await other.fetchval("select traceback from soniq.dead_letter_jobs")
    assert "in fail" in traceback
    assert "ValueError: no such order" in traceback


async def test_a_job_for_later_waits_for_its_time(app: Soniq, other: Any) -> None:
    @app.job(name="note")
    async def note() -> None: ...

    await app.schedule(note, timedelta(hours=1))
    assert await app.run_worker(run_once=True) == 0

    await other.execute("update soniq.jobs set run_at = now()")
    assert await app.run_worker(run_once=True) == 1


async def test_a_snoozed_job_spends_no_attempt(app: Soniq, other: Any) -> None:
    @app.job(name="nap")
    async def nap() -> Snooze:
        return Snooze(3600)

    await app.enqueue(nap)
    await app.run_worker(run_once=True)

    row = await other.fetchrow("select state, attempt, run_at > now() + interval '50 min' as later from soniq.jobs")
    assert tuple(row) == ("later", 0, True)


async def test_a_job_that_only_snoozes_comes_to_an_end(app: Soniq, other: Any) -> None:
    async with Soniq(app.settings.database_url, max_snoozes=3) as short:

        @short.job(name="nap", retries=1)
        async def nap() -> Snooze:
            raise Snooze(0)

        job_id = await short.enqueue(nap)
        assert await short.run_worker(run_once=True) == 3 + 2

        job = await short.get_job(job_id)
    assert job is not None
    assert (job.status, job.dead_letter_reason) == (JobStatus.DEAD_LETTER, "max_retries_exceeded")


@pytest.mark.parametrize(("raised", "attempts"), [(ConnectionError, 3), (KeyError, 1), (PermissionError, 1)])
async def test_only_what_may_be_tried_again_is(app: Soniq, raised: type[BaseException], attempts: int) -> None:
    @app.job(name="call", retries=2, retry_on=OSError, discard_on=[PermissionError])
    async def call() -> None:
        raise raised("no")

    job_id = await app.enqueue(call)
    await app.run_worker(run_once=True)

    job = await app.get_job(job_id)
    assert job is not None
    assert (job.status, job.attempts) == (JobStatus.DEAD_LETTER, attempts)


async def test_only_the_queues_that_are_served_are_touched(app: Soniq, other: Any) -> None:
    @app.job(name="note")
    async def note() -> None: ...

    for queue in ("a", "b", "c"):
        await app.enqueue("note", args={}, queue=queue)

    assert await app.run_worker(run_once=True, queues=["a", "b"]) == 2
    assert await other.fetchval("select queue from soniq.jobs") == "c"


async def test_no_trace_of_the_worker_is_left(app: Soniq, other: Any) -> None:
    await app.run_worker(run_once=True)

    assert await other.fetchval("select count(*) from soniq.workers") == 0
    locks = (
        "select count(*) from pg_locks where locktype = 'advisory'"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    assert await other.fetchval(locks) == 0


async def test_told_to_stop_it_hands_back_what_is_left(app: Soniq, other: Any) -> None:
    running, finish, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @app.job(name="work")
    async def work() -> None:
        running.set()
        await finish.wait()

    await app.enqueue_many(work, [{} for _ in range(5)])
    working = asyncio.create_task(app.run_worker(run_once=True, concurrency=2, shutdown_event=stop))
    await running.wait()
    stop.set()
    async with asyncio.timeout(10):
        while await other.fetchval("select state from soniq.workers") != "stopping":
            await other.execute("select pg_sleep(0.01)")
    finish.set()

    assert await working == 2
    rows = await other.fetch("select state, attempt from soniq.jobs")
    assert [tuple(row) for row in rows] == [("ready", 0)] * 3


async def test_a_context_variable_does_not_reach_the_next_job(app: Soniq) -> None:
    tenant: ContextVar[str] = ContextVar("tenant", default="nobody")
    seen: list[str] = []

    @app.job(name="work_for")
    async def work_for(name: str) -> None:
        seen.append(tenant.get())
        tenant.set(name)

    await app.enqueue_many(work_for, [{"name": "ada"}, {"name": "bob"}])
    await app.run_worker(run_once=True, concurrency=1)

    assert seen == ["nobody", "nobody"]


async def result_of(app: Soniq, job_id: str) -> Any:
    job = await app.get_job(job_id)
    assert job is not None
    return job.result
