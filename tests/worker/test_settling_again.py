"""An outcome that could not be written stays with the worker until it can be: its job is not run again (rule 9)."""

import asyncio
from typing import Any

from soniq import JobContext, Soniq

BLOCKED = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
LOOKED_FOR = "select pid from pg_stat_activity where datname = current_database() and query like '%What became of%'"


async def test_an_outcome_whose_statement_was_cut_is_written_by_the_next_connection(app: Soniq, other: Any) -> None:
    runs = _count_runs(app)

    async with app.worker(), asyncio.timeout(30):
        async with app.transaction() as connection:
            await connection.execute("lock table soniq.job_history in access exclusive mode")
            job_id = await app.enqueue("note", connection=app.separate)
            await other.execute("select pg_terminate_backend($1)", await _first(other, BLOCKED))
        await _first(other, "select id from soniq.job_history where id = $1::text::uuid and state = 'done'", job_id)

    assert runs == [job_id]


async def test_an_outcome_whose_row_is_locked_is_written_when_it_is_free(app: Soniq, other: Any) -> None:
    may_end = asyncio.Event()
    runs = _count_runs(app, may_end)

    async with app.worker(), asyncio.timeout(30):
        job_id = await app.enqueue("note")
        await _first(other, "select id from soniq.jobs where state = 'processing'")
        async with app.transaction() as connection:
            await connection.execute("select from soniq.jobs where id = $1::text::uuid for update", job_id)
            may_end.set()
            await _first(other, LOOKED_FOR + " and pid <> pg_backend_pid()")
        await _first(other, "select id from soniq.job_history where id = $1::text::uuid and state = 'done'", job_id)

    assert runs == [job_id]


def _count_runs(app: Soniq, may_end: asyncio.Event | None = None) -> list[str]:
    runs: list[str] = []

    @app.job(name="note")
    async def note(ctx: JobContext) -> None:
        runs.append(ctx.job_id)
        if may_end is not None:
            await may_end.wait()

    return runs


async def _first(other: Any, query: str, *args: Any) -> Any:
    """Ask until there is a row; return its first column."""
    while (found := await other.fetchval(query, *args)) is None:
        await other.execute("select pg_sleep(0.01)")
    return found
