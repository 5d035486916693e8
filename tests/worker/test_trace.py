"""Attempts leave a trace wherever the job goes, and the table that they pass through is kept small (rule 18)."""

from typing import Any

import pytest

from soniq import JobContext, Soniq
from tests.worker.running import run

FAILS = 25
LAST_TWENTY = [(number, f"ValueError: no. {number}") for number in range(6, 26)]
VACUUM = """
select option_name, option_value::real
from pg_class, pg_options_to_table(reloptions)
where oid = 'soniq.jobs'::regclass
"""


async def fail(ctx: JobContext) -> None:
    if ctx.attempt <= FAILS:
        raise ValueError(f"no. {ctx.attempt}")


def trace(job: Any) -> list[tuple[int, str]]:
    return [(one.attempt, one.error) for one in job.errors]


@pytest.mark.parametrize(("retries", "status"), [(FAILS, "done"), (FAILS - 1, "dead_letter")])
async def test_the_last_twenty_errors_are_kept_with_their_times(app: Soniq, retries: int, status: str) -> None:
    job = await run(app, fail, retries=retries, retry_delay=0)

    assert (job.status, trace(job)) == (status, LAST_TWENTY)
    times = [one.at for one in job.errors]
    assert job.created_at < times[0]
    assert times == sorted(set(times))


async def test_a_dead_letter_and_the_job_that_is_made_of_it_show_them_too(app: Soniq) -> None:
    job = await run(app, fail, retries=FAILS - 1, retry_delay=0)

    dead = await app.dead_letter.get(job.id)
    replayed = await app.get_job(await app.dead_letter.replay(job.id))

    assert trace(dead) == trace(replayed) == LAST_TWENTY


async def test_the_table_of_live_jobs_is_vacuumed_by_thresholds_of_its_own(other: Any) -> None:
    ours = dict(await other.fetch(VACUUM))

    assert ours["autovacuum_vacuum_scale_factor"] < float(await other.fetchval("show autovacuum_vacuum_scale_factor"))
    assert ours.keys() >= {
        "autovacuum_vacuum_threshold",
        "autovacuum_vacuum_insert_scale_factor",
        "autovacuum_analyze_scale_factor",
    }
