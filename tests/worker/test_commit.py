"""The COMMIT of `ctx.transaction()`: cancelled, refused, or its answer lost."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from soniq import JobContext, Soniq
from tests.adapters.wire import Wire

# A COMMIT runs what was deferred to it: here it waits for the gate that the test holds.
GATE = """
create table public.effects (attempt integer);
create function public.pass_gate() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(42);
    return null;
end $$;
create constraint trigger gate after insert on public.effects deferrable initially deferred
for each row execute function public.pass_gate();
"""
AT_THE_GATE = """
select pid from pg_locks
where locktype = 'advisory' and objid = 42 and not granted
and database = (select oid from pg_database where datname = current_database())"""
WRITTEN = "select coalesce(array_agg(attempt order by attempt), '{}') from public.effects"


@pytest.fixture
async def gate(other: Any) -> Any:
    """Close the gate."""
    await other.execute(GATE)
    await other.execute("select pg_advisory_lock(42)")
    return other


@pytest.fixture
def wire(migrated_url: str) -> Iterator[Wire]:
    wire = Wire(migrated_url)
    yield wire
    wire.close()


async def open_gate(gate: Any) -> None:
    await gate.execute("select pg_advisory_unlock(42)")


async def at_the_gate(gate: Any) -> int:
    """Wait until a COMMIT is there; return its backend."""
    async with asyncio.timeout(10):
        while (pid := await gate.fetchval(AT_THE_GATE)) is None:
            await gate.execute("select pg_sleep(0.01)")
    return int(pid)


def register(app: Soniq, **options: Any) -> list[BaseException]:
    """Register the task; give what its blocks raise."""
    raised: list[BaseException] = []

    @app.job(name="work", **options)
    async def work(ctx: JobContext) -> None:
        try:
            async with ctx.transaction() as connection:
                await connection.execute("insert into public.effects values ($1)", ctx.attempt)
        except BaseException as error:
            raised.append(error)
            raise

    return raised


async def test_a_time_out_during_the_commit_waits_for_its_answer(app: Soniq, gate: Any) -> None:
    raised = register(app, retries=3, timeout=0.3)
    job_id = await app.enqueue("work")

    working = asyncio.create_task(app.run_worker(run_once=True))
    await at_the_gate(gate)
    async with asyncio.timeout(10):
        while not handler_is_cancelled():
            await gate.execute("select pg_sleep(0.01)")
    await open_gate(gate)

    assert await working == 1
    job = await app.get_job(job_id)
    assert job is not None
    assert (job.status, job.errors) == ("done", ())
    assert [type(error) for error in raised] == [asyncio.CancelledError]
    assert await gate.fetchval(WRITTEN) == [1]


def handler_is_cancelled() -> bool:
    """Say whether the task that runs a handler was told to end."""
    names = [getattr(task.get_coro(), "__name__", "") for task in asyncio.all_tasks() if task.cancelling()]
    return "guarded" in names


async def test_a_commit_whose_answer_was_lost_is_found_and_not_run_again(wire: Wire, gate: Any) -> None:
    async with Soniq(wire.url) as app:
        raised = register(app, retries=3)
        job_id = await app.enqueue("work")
        working = asyncio.create_task(app.run_worker(run_once=True))
        await at_the_gate(gate)
        wire.lose_the_next_answer(b"COMMIT\x00")
        await open_gate(gate)
        attempts, job = await working, await app.get_job(job_id)

    assert wire.lost_it
    assert job is not None
    assert (attempts, job.status, job.errors) == (1, "done", ())
    assert [getattr(error, "code", None) for error in raised] == ["SONIQ_DATABASE_UNREACHABLE"]
    assert await gate.fetchval(WRITTEN) == [1]


async def test_a_commit_that_did_not_happen_is_the_attempts_failure(app: Soniq, gate: Any) -> None:
    raised = register(app, retries=3, retry_delay=0)
    job_id = await app.enqueue("work")

    working = asyncio.create_task(app.run_worker(run_once=True))
    await gate.execute("select pg_terminate_backend($1)", await at_the_gate(gate))
    await open_gate(gate)

    assert await working == 2
    job = await app.get_job(job_id)
    assert job is not None
    assert (job.status, job.attempts) == ("done", 2)
    assert [one.error.split(":")[0] for one in job.errors] == ["DatabaseUnreachable"]
    assert len(raised) == 1
    assert await gate.fetchval(WRITTEN) == [2]


async def test_a_commit_that_the_database_refuses_is_the_attempts_failure(app: Soniq, other: Any) -> None:
    await other.execute("create table public.effects (attempt integer unique deferrable initially deferred)")
    await other.execute("insert into public.effects values (1)")
    register(app, retries=1, retry_delay=0)
    job_id = await app.enqueue("work")

    assert await app.run_worker(run_once=True) == 2

    job = await app.get_job(job_id)
    assert job is not None
    assert [one.error.split(":")[0] for one in job.errors] == ["UniqueViolationError"]
    assert await other.fetchval(WRITTEN) == [1, 2]
