"""A dead worker's jobs run again; only a job that alone can have killed it pays for it (rules 2 and 3)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from soniq.claim.rescue import adopt, rescue, survey
from soniq.claim.suspicion import Sighting
from soniq.claim.take import Holder, take, take_rescued
from soniq.identity import new_id

Put = Callable[..., Awaitable[UUID]]
ENTER = """
insert into soniq.workers (id, lock_key, host, pid, concurrency, beat_at)
values ($1, nextval('soniq.worker_lock_keys'), 'ada', 42, 4, now() - $2::text::interval)
"""
ROWS = "select id, state, attempt, crashes, token, jsonb_array_length(errors) as errors from soniq.jobs order by id"


@pytest.fixture
async def dead(other: Any, holder: Holder) -> Holder:
    """Enter the holder as a worker without a lock."""
    await other.execute(ENTER, holder.worker_id, "2 s")
    return holder


async def look(other: Any) -> list[Sighting]:
    return await survey(other, Holder(new_id(), "soniq"))


async def test_the_survey_tells_free_locks_from_held_ones(app: Any, other: Any, dead: Holder) -> None:
    [free] = await look(other)
    await other.fetchval("select pg_advisory_lock(hashtext('soniq.workers'), lock_key) from soniq.workers")
    [held] = await look(other)

    assert (free.worker_id, free.lock_free, held.lock_free) == (dead.worker_id, True, False)
    assert free.silent == pytest.approx(2, abs=1)


async def test_a_worker_behind_a_pooler_has_no_lock_that_could_be_free(app: Any, other: Any, dead: Holder) -> None:
    await other.execute("update soniq.workers set lock_key = null")

    assert [seen.lock_free for seen in await look(other)] == [False]


async def test_the_jobs_of_a_dead_worker_are_to_be_rescued_and_its_row_goes(other: Any, put: Put, dead: Holder) -> None:
    for _ in range(3):
        await put()
    await take(other, dead, "default", 3)

    found = await rescue(other, "soniq", await look(other))

    assert (found.jobs, found.ended) == (3, 0)
    assert {tuple(row)[1:] for row in await other.fetch(ROWS)} == {("rescued", 0, 1, None, 1)}
    assert await other.fetchval("select count(*) from soniq.workers") == 0


async def test_the_only_job_held_pays_with_its_attempt(other: Any, put: Put, dead: Holder) -> None:
    await put()
    await take(other, dead, "default", 1)

    await rescue(other, "soniq", await look(other))

    assert [tuple(row)[1:4] for row in await other.fetch(ROWS)] == [("rescued", 1, 1)]


async def test_the_last_attempt_of_the_only_job_held_ends_it(other: Any, put: Put, dead: Holder) -> None:
    job_id = await put(max_attempts=1)
    await take(other, dead, "default", 1)

    found = await rescue(other, "soniq", await look(other))

    row = await other.fetchrow("select id, reason, attempt, last_error from soniq.dead_letter_jobs")
    assert (found.jobs, found.ended) == (0, 1)
    assert tuple(row)[:3] == (job_id, "max_retries_exceeded", 1)
    assert "died while it held this job" in row["last_error"]


async def test_of_many_jobs_only_the_rescued_one_pays(other: Any, put: Put, dead: Holder) -> None:
    suspect = await put(state="rescued", max_attempts=1)
    await other.execute("update soniq.jobs set crashes = 1")
    neighbours = [await put(max_attempts=1) for _ in range(5)]
    await take_rescued(other, dead, None)
    await take(other, dead, "default", 5)

    found = await rescue(other, "soniq", await look(other))

    assert (found.jobs, found.ended) == (5, 1)
    assert await other.fetchval("select id from soniq.dead_letter_jobs") == suspect
    assert {row["id"]: row["attempt"] for row in await other.fetch(ROWS)} == dict.fromkeys(neighbours, 0)


async def test_of_two_rescued_ones_neither_pays(other: Any, put: Put, dead: Holder) -> None:
    for _ in range(2):
        await put(state="rescued", max_attempts=1)
    await other.execute("update soniq.jobs set crashes = 1")
    for _ in range(2):
        await take_rescued(other, dead, None)

    found = await rescue(other, "soniq", await look(other))

    assert (found.jobs, found.ended) == (2, 0)


@pytest.mark.parametrize("change", ["beat_at = now()", "generation = 2"])
async def test_a_sign_of_life_since_the_look_saves_a_worker(other: Any, put: Put, dead: Holder, change: str) -> None:
    await put()
    await take(other, dead, "default", 1)
    seen = await look(other)
    await other.execute(f"update soniq.workers set {change}")

    found = await rescue(other, "soniq", seen)

    assert (found.jobs, found.ended) == (0, 0)
    assert await other.fetchval("select state from soniq.jobs") == "processing"
    assert await other.fetchval("select count(*) from soniq.workers") == 1


async def test_a_locked_job_is_left_for_the_next_time_with_its_worker(
    app: Any, other: Any, put: Put, dead: Holder
) -> None:
    locked, free = await put(due="-2 s"), await put(due="-1 s")
    await take(other, dead, "default", 2)
    seen = await look(other)

    async with app.transaction() as connection:
        await connection.execute("select from soniq.jobs where id = $1 for update", locked)
        assert (await rescue(other, "soniq", seen)).jobs == 1
        assert await other.fetchval("select state from soniq.jobs where id = $1", free) == "rescued"
        assert await other.fetchval("select count(*) from soniq.workers") == 1

    assert (await rescue(other, "soniq", seen)).jobs == 1
    assert await other.fetchval("select count(*) from soniq.workers") == 0


async def test_jobs_held_by_nobody_that_is_known_get_a_holder_that_is_silent(
    other: Any, put: Put, holder: Holder
) -> None:
    await put()
    await take(other, holder, "default", 1)
    await adopt(other, "soniq", held_for=30)
    assert await look(other) == []

    await other.execute("update soniq.jobs set updated_at = now() - interval '1 min'")
    await adopt(other, "soniq", held_for=30)

    [seen] = await look(other)
    assert replace(seen, silent=60.0, beat_at=seen.beat_at) == Sighting(
        holder.worker_id, 1, seen.beat_at, 60.0, lock_free=False
    )
    assert seen.silent == pytest.approx(60, abs=5)
