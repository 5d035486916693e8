"""A handler in a process of its own: what it is given and gives back, and that it can be ended whatever it does."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from soniq import Job, JobContext, Soniq, task_ref
from tests.run import heavy

Noted = Callable[[], Awaitable[int]]


async def run(app: Soniq, handler: Any, *, args: dict[str, Any] | None = None, **options: Any) -> Job:
    """Run it once, in a process."""
    handle = app.job(name=handler.__name__, process=True, **{"retries": 0} | options)(handler)
    job_id = await app.enqueue(handle, args=args or {})
    await app.run_worker(run_once=True)
    job = await app.get_job(job_id)
    assert job is not None
    return job


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


def exists(note: Path) -> bool:
    return note.exists()


def number(note: Path) -> int:
    return int(note.read_text())


@pytest.fixture
def pids(tmp_path: Path) -> Path:
    return tmp_path / "pids"


@pytest.fixture
def noted(pids: Path, other: Any) -> Noted:
    """Give a function that waits until a handler has noted its process."""

    async def wait() -> int:
        async with asyncio.timeout(30):
            while not exists(pids):
                await other.execute("select pg_sleep(0.01)")
        return number(pids)

    return wait


async def test_arguments_and_result_cross(app: Soniq) -> None:
    job = await run(app, heavy.double, args={"order": heavy.Order(number=21)})

    assert (job.status, job.result) == ("done", {"number": 42})


async def test_what_cannot_be_pickled_is_kept_as_its_text(app: Soniq) -> None:
    job = await run(app, heavy.unpicklable)

    assert job.status == "done"
    assert "ThreadPoolExecutor" in str(job.result)


async def test_a_process_serves_one_job_after_the_other_and_ends_with_the_worker(app: Soniq) -> None:
    app.job(name="pid", process=True)(heavy.pid)
    async with app.worker(concurrency=1):
        jobs = [await app.wait(await app.enqueue("pid"), timeout=20) for _ in range(2)]
        first, second = (int(str(job.result)) for job in jobs)
        assert alive(first)

    assert first == second
    assert not alive(first)


async def test_an_exception_travels_with_the_text_of_its_traceback(app: Soniq) -> None:
    seen: list[BaseException] = []
    app.on_error(lambda job_name, job_id, error, attempt: seen.append(error))

    job = await run(app, heavy.fail)

    [letter] = await app.dead_letter.list()
    assert (job.status, job.last_error) == ("dead_letter", "LookupError: order 7 does not exist")
    assert "heavy.py" in (letter.traceback or "")
    assert "in _fail_deep" in (letter.traceback or "")
    assert type(seen[0]) is LookupError


@pytest.mark.parametrize(
    ("handler", "error"), [(heavy.want, "Wanting: 7 of order"), (heavy.leave, "SystemExit: enough")]
)
async def test_an_exception_of_any_kind_travels_as_its_class(app: Soniq, handler: Any, error: str) -> None:
    job = await run(app, handler, retries=3, discard_on=(heavy.Wanting, SystemExit))

    assert (job.status, job.attempts, job.last_error) == ("dead_letter", 1, error)


async def test_a_directive_is_obeyed(app: Soniq) -> None:
    job = await run(app, heavy.snooze)

    assert (job.status, job.attempts) == ("queued", 0)


@pytest.mark.parametrize(
    ("handler", "middleware"), [(heavy.spin, False), (heavy.spin_tidily, True), (heavy.spin_in_c, False)]
)
async def test_a_time_out_ends_it(app: Soniq, pids: Path, handler: Any, middleware: bool) -> None:
    if middleware:

        @app.middleware
        async def through(ctx: JobContext, call_next: Any) -> Any:
            return await call_next()

    app.job(name="spin", process=True, timeout=0.5, retries=0)(handler)
    app.job(name="pid", process=True)(heavy.pid)
    async with app.worker(concurrency=1):
        await app.wait(await app.enqueue("pid"), timeout=30)  # its process has started when the time begins
        job = await app.wait(await app.enqueue("spin", pids=pids), timeout=30)

    assert (job.status, job.last_error) == ("dead_letter", "TimeoutError: the attempt took longer than 0.5 s")
    assert not alive(number(pids))
    assert exists(pids.with_suffix(".tidied")) == (handler is heavy.spin_tidily)
    assert app.handlers_left == 0


async def test_a_cancellation_ends_it_and_what_it_has_started(app: Soniq, pids: Path, noted: Noted) -> None:
    app.job(name="spin", process=True)(heavy.spin_and_start)
    async with app.worker():
        job_id = await app.enqueue("spin", pids=pids)
        pid = await noted()
        await app.cancel_job(job_id)
        job = await app.wait(job_id, timeout=10)

    assert (job.status, job.attempts, job.last_error) == ("cancelled", 1, None)
    assert not alive(pid)
    assert not alive(number(pids.with_suffix(".program")))


async def test_a_job_that_waits_for_a_process_is_cancelled_at_once(
    migrated_url: str, pids: Path, noted: Noted, other: Any
) -> None:
    async with Soniq(migrated_url, process_pool_size=1, shutdown_timeout=0) as app:
        app.job(name="spin", process=True)(heavy.spin)
        async with app.worker(concurrency=2):
            await app.enqueue("spin", pids=pids)
            await noted()
            waiting = await app.enqueue("spin", pids=pids.with_name("never"))
            while await other.fetchval("select count(*) from soniq.jobs where state = 'processing'") < 2:
                await other.execute("select pg_sleep(0.01)")
            await app.cancel_job(waiting)
            assert (await app.wait(waiting, timeout=10)).status == "cancelled"

    assert not exists(pids.with_name("never"))


async def test_a_time_out_begins_when_a_process_is_free(migrated_url: str) -> None:
    async with Soniq(migrated_url, process_pool_size=1) as app:
        app.job(name="pid", process=True, timeout=5)(heavy.pid)
        async with app.worker(concurrency=3):
            ids = [await app.enqueue("pid") for _ in range(3)]
            jobs = [await app.wait(one, timeout=20) for one in ids]

    assert len({job.result for job in jobs}) == 1


async def test_at_the_end_of_its_time_a_shutdown_hands_the_job_back(
    migrated_url: str, pids: Path, noted: Noted
) -> None:
    async with Soniq(migrated_url, shutdown_timeout=0) as app:
        app.job(name="spin", process=True)(heavy.spin)
        async with app.worker():
            job_id = await app.enqueue("spin", pids=pids)
            pid = await noted()
        job = await app.get_job(job_id)

    assert job is not None
    assert (job.status, job.attempts) == ("queued", 0)
    assert not alive(pid)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("SIGKILL", "the handler's process was ended by SIGKILL, perhaps for want of memory"),
        ("SIGSEGV", "the handler's process was ended by SIGSEGV"),
        ("forked", "the handler's process ended with exit status 3 before the handler did"),
    ],
)
async def test_the_death_of_its_process_is_a_failed_attempt(app: Soniq, tmp_path: Path, how: str, said: str) -> None:
    args = {"how": how, "once": tmp_path / "once"}

    job = await run(app, heavy.die, args=args, retries=1, retry_on=ValueError)

    assert (job.status, job.attempts, job.result) == ("done", 2, "alive")
    assert job.errors[0].error.startswith(f"ProcessDied: [SONIQ_PROCESS_DIED] {said}")


async def test_its_context_tells_facts_and_its_log_arrives(app: Soniq, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    job = await run(app, heavy.talk)

    logged = {record.name: record for record in caplog.records if record.name in ("shop", "soniq.job")}
    assert job.result == "talk 1 False"
    assert logged["soniq.job"].message.endswith("attempt 1 of 1: resizing")
    assert logged["soniq.job"].__dict__["width"] == 3
    assert "failed, but not for long" in logged["shop"].message


async def test_its_context_refuses_a_transaction(app: Soniq) -> None:
    job = await run(app, heavy.settle)

    assert job.status == "dead_letter"
    assert "ctx.transaction() cannot be used where the handler runs in a child process" in (job.last_error or "")


@pytest.mark.parametrize("handler", ["spin", "spin_in_c"])
async def test_no_process_outlives_a_worker_that_is_killed(
    app: Soniq, migrated_url: str, pids: Path, noted: Noted, handler: str
) -> None:
    program = f"from tests.run.heavy_worker import work; work({migrated_url!r}, {handler!r})"
    with subprocess.Popen([sys.executable, "-c", program]) as worker:  # noqa: ASYNC220  # it returns at once
        await app.enqueue(task_ref(name=handler), args={"pids": str(pids)})
        pid = await noted()
        worker.kill()

    psutil.wait_procs([psutil.Process(pid)] if alive(pid) else [], timeout=10)
    assert not alive(pid)
