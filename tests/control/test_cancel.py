"""A queued job is cancelled at once, a running one is asked to end; neither is tried again."""

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from soniq import Cancellation, JobContext, Soniq, task_ref
from soniq.claim.take import take
from soniq.errors import OptionInvalid, WrongDatabase
from soniq.identity import new_id
from soniq.run import heed
from tests.control.conftest import Until, worker_elsewhere
from tests.worker.conftest import Parts, parts  # noqa: F401  # a fixture
from tests.worker.test_claiming import PUT

ENDLESS = task_ref(name="endless")


class Begun:
    """Handlers that run until they are told."""

    def __init__(self, app: Soniq) -> None:
        self.begun, self.thread_begun, self.cleaned = asyncio.Event(), threading.Event(), asyncio.Event()
        self.finish = asyncio.Event()
        app.job(name="patient")(self.patient)
        app.job(name="tidy")(self.tidy)
        app.job(name="stubborn")(self.stubborn)
        app.job(name="looks")(self.looks)
        app.job(name="fails", retry_delay=0)(self.fails)

    async def patient(self) -> None:
        self.begun.set()
        await asyncio.Event().wait()

    async def tidy(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0.05)
            self.cleaned.set()

    async def stubborn(self) -> str:
        self.begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "finished all the same"

    def looks(self, ctx: JobContext) -> None:
        self.thread_begun.set()
        while not ctx.cancelled:
            threading.Event().wait(0.01)

    async def fails(self, ctx: JobContext) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            assert ctx.cancelled
            raise ValueError("could not clean up") from None


@pytest.fixture
def begun(app: Soniq) -> Begun:
    return Begun(app)


@pytest.mark.parametrize("delay", [None, timedelta(hours=1)])
async def test_a_queued_job_is_cancelled_at_once(app: Soniq, begun: Begun, delay: timedelta | None) -> None:
    job_id = await app.enqueue("patient", scheduled_at=delay)

    assert await app.cancel_job(job_id) is Cancellation.CANCELLED

    job = await app.get_job(job_id)
    assert job is not None
    assert (job.status, job.attempts) == ("cancelled", 0)
    assert await app.run_worker(run_once=True) == 0


async def test_the_answer_is_false_where_it_is_too_late_or_there_is_no_such_job(app: Soniq, begun: Begun) -> None:
    job_id = await app.enqueue("patient")
    await app.cancel_job(job_id)

    late, unknown = await app.cancel_job(job_id), await app.cancel_job(new_id())

    assert (late, unknown) == (Cancellation.TOO_LATE, Cancellation.UNKNOWN)
    assert not late
    assert not unknown
    with pytest.raises(OptionInvalid, match="UUID"):
        await app.cancel_job("7")


async def test_a_running_handler_is_cancelled_and_cleans_up(app: Soniq, begun: Begun, other: Any) -> None:
    async with app.worker():
        job_id = await app.enqueue("tidy")
        await begun.begun.wait()
        assert await app.cancel_job(job_id) is Cancellation.ASKED
        job = await app.wait(job_id, timeout=10)

    assert (job.status, job.attempts, job.errors) == ("cancelled", 1, ())
    assert begun.cleaned.is_set()


async def test_a_handler_that_finishes_all_the_same_is_done(app: Soniq, begun: Begun) -> None:
    async with app.worker():
        job_id = await app.enqueue("stubborn")
        await begun.begun.wait()
        await app.cancel_job(job_id)
        job = await app.wait(job_id, timeout=10)

    assert (job.status, job.result) == ("done", "finished all the same")


async def test_a_plain_function_sees_that_it_is_cancelled(app: Soniq, begun: Begun) -> None:
    async with app.worker():
        job_id = await app.enqueue("looks")
        await asyncio.to_thread(begun.thread_begun.wait)
        await app.cancel_job(job_id)
        job = await app.wait(job_id, timeout=10)

    assert job.status == "cancelled"


async def test_a_plain_function_inside_middleware_sees_it_too(app: Soniq, begun: Begun) -> None:
    around: list[str] = []

    @app.middleware
    async def note(ctx: JobContext, call_next: Any) -> Any:
        try:
            return await call_next()
        finally:
            around.append(f"left, {ctx.cancelled}")

    async with app.worker():
        job_id = await app.enqueue("looks")
        await asyncio.to_thread(begun.thread_begun.wait)
        await app.cancel_job(job_id)
        job = await app.wait(job_id, timeout=10)

    assert (job.status, around) == ("cancelled", ["left, True"])


@pytest.mark.parametrize("middleware", [False, True])
async def test_a_coroutine_that_a_plain_function_returned_is_cancelled(
    app: Soniq, begun: Begun, middleware: bool
) -> None:
    if middleware:

        @app.middleware
        async def through(ctx: JobContext, call_next: Any) -> Any:
            return await call_next()

    app.job(name="wrapped")(lambda: begun.patient())
    async with app.worker():
        job_id = await app.enqueue("wrapped")
        await begun.begun.wait()
        await app.cancel_job(job_id)
        job = await app.wait(job_id, timeout=10)

    assert job.status == "cancelled"


async def test_a_job_that_waits_for_its_key_is_cancelled_at_once(app: Soniq, begun: Begun, other: Any) -> None:
    job_id = await app.enqueue("patient")
    await other.execute("update soniq.jobs set state = 'keyed', concurrency_key = 'a', concurrency = 1")

    assert await app.cancel_job(job_id) is Cancellation.CANCELLED


async def test_a_handler_that_fails_while_it_is_cancelled_is_not_tried_again(app: Soniq, begun: Begun) -> None:
    async with app.worker():
        job_id = await app.enqueue("fails")
        await begun.begun.wait()
        await app.cancel_job(job_id)
        job = await app.wait(job_id, timeout=10)

    assert (job.status, job.attempts, job.last_error) == ("cancelled", 1, "ValueError: could not clean up")


async def test_a_handler_that_will_not_end_gives_up_its_slot(
    app: Soniq, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heed, "CLEAN_UP_SECONDS", 0.05)
    monkeypatch.setattr("soniq.run.deadline.UNWILLING_SECONDS", 0.05)

    @app.job(name="never")
    async def never() -> None:
        begun.begun.set()
        while not begun.finish.is_set():
            with suppress(asyncio.CancelledError):
                await begun.finish.wait()

    async with app.worker(concurrency=1):
        job_id = await app.enqueue(never)
        await begun.begun.wait()
        await app.cancel_job(job_id)
        assert (await app.wait(job_id, timeout=10)).status == "cancelled"
        begun.finish.set()


async def test_a_job_that_lies_claimed_is_cancelled_without_being_run(parts: Parts, other: Any) -> None:  # noqa: F811
    await other.execute(PUT, "ready", 1)
    [lying], _ = await take(parts.line, parts.profile.holder, "default", 1)

    parts.attempts.cancel({lying.id})
    await parts.attempts.run(lying)

    async with asyncio.timeout(10):
        settling = asyncio.create_task(parts.outbox.run())
        parts.outbox.close()
        await settling
    assert await other.fetchval("select state from soniq.job_history") == "cancelled"


async def test_a_job_whose_worker_died_before_it_heard_of_it_is_cancelled(app: Soniq, begun: Begun, other: Any) -> None:
    job_id = await app.enqueue("patient")
    await other.execute("update soniq.jobs set state = 'processing', attempt = 1, worker_id = $1", new_id())
    assert await app.cancel_job(job_id) is Cancellation.ASKED
    await other.execute("update soniq.jobs set state = 'rescued', crashes = 1")

    async with app.worker(queues=["another"]):
        job = await app.wait(job_id, timeout=10)

    assert job.status == "cancelled"


async def test_a_row_that_somebody_locks_is_asked_for_and_cancelled_later(app: Soniq, begun: Begun, other: Any) -> None:
    job_id = await app.enqueue("patient", queue="another")
    async with app.transaction() as connection, asyncio.timeout(5):
        await connection.execute("select from soniq.jobs for update")
        assert await app.cancel_job(job_id) is Cancellation.ASKED

    async with app.worker(queues=["mine"]):
        assert (await app.wait(job_id, timeout=10)).status == "cancelled"
        async with asyncio.timeout(10):
            while await other.fetchval("select count(*) from soniq.cancel_requests"):
                await other.execute("select pg_sleep(0.01)")


async def test_a_history_without_todays_partition_costs_no_cancellation(app: Soniq, begun: Begun, other: Any) -> None:
    for (day,) in await other.fetch(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'soniq.job_history'::regclass"
    ):
        await other.execute(f"drop table {day}")
    job_id = await app.enqueue("patient", queue="another")

    assert await app.cancel_job(job_id) is Cancellation.ASKED

    async with app.worker(queues=["mine"]):
        assert (await app.wait(job_id, timeout=10)).status == "cancelled"


async def test_a_worker_in_another_process_ends_the_job_within_a_second(
    app: Soniq, migrated_url: str, other: Any, until: Until
) -> None:
    async with worker_elsewhere(migrated_url, other):
        job_id = await app.enqueue(ENDLESS)
        running = await until(job_id, lambda job: job.progress is not None)
        asked = await other.fetchval("select clock_timestamp()")
        await app.cancel_job(job_id)
        ended = await until(job_id, lambda job: job.status == "cancelled")

    assert (running.progress, running.progress_note) == (0.4, "resizing")
    assert ended.updated_at - asked < timedelta(seconds=1)


async def test_a_queued_and_an_ended_job_can_be_deleted_and_a_running_one_not(
    app: Soniq, begun: Begun, other: Any
) -> None:
    queued, ended, running = [await app.enqueue("patient") for _ in range(3)]
    await app.cancel_job(ended)
    await other.execute("update soniq.jobs set state = 'processing' where id = $1::text::uuid", running)

    assert [await app.delete_job(job_id) for job_id in (queued, ended, running, queued)] == [True, True, False, False]
    assert [await app.get_job(job_id) for job_id in (queued, ended)] == [None, None]


async def test_nothing_is_cancelled_in_another_installation(app: Soniq, begun: Begun, other: Any) -> None:
    job_id = await app.enqueue("patient")
    await other.execute("create or replace function soniq.installation() returns uuid language sql immutable as"
                        " 'select gen_random_uuid()'")  # fmt: skip

    for say in (app.cancel_job, app.delete_job):
        with pytest.raises(WrongDatabase):
            await say(job_id)

    assert (await app.get_queue_stats()).queued == 1
