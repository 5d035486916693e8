"""Claims take the first ready jobs of a queue, each job once, by the ready index."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from soniq.claim.take import TAKE, TAKE_AFTER, Holder, find_ready, promote, recall, take, take_rescued
from soniq.claim.watermark import mark_of
from soniq.identity import new_id
from soniq.pool import PINNED
from soniq.worker.line import STEADY_PLANS

Put = Callable[..., Awaitable[UUID]]
MANY = """
insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts)
select gen_random_uuid(), 'task', 'q' || n % 4, 100 + n % 3, '{}', 'ready', now() + n * interval '1 us', 4
from generate_series(1, 200000) as n
"""


@pytest.fixture
async def rival(migrated_url: str) -> AsyncIterator[Any]:
    """Connect once more, for a claim at the same time."""
    connection = await asyncpg.connect(migrated_url)
    yield connection
    await connection.close()


async def test_the_lowest_priority_number_comes_first_then_the_oldest(other: Any, put: Put, holder: Holder) -> None:
    late, early, urgent = await put(due="-1 s"), await put(due="-2 s"), await put(priority=1)

    claims, _ = await take(other, holder, "default", 10)

    assert [claim.id for claim in claims] == [urgent, early, late]


async def test_no_more_are_taken_than_asked_for(other: Any, put: Put, holder: Holder) -> None:
    first, second, _ = [await put(due=f"-{age} s") for age in (3, 2, 1)]

    claims, _ = await take(other, holder, "default", 2)

    assert [claim.id for claim in claims] == [first, second]
    assert await other.fetchval("select count(*) from soniq.jobs where state = 'ready'") == 1


async def test_two_claims_at_once_share_no_job(other: Any, rival: Any, put: Put, holder: Holder) -> None:
    ids = {await put() for _ in range(6)}

    async with other.transaction():
        ours, _ = await take(other, holder, "default", 3)
        theirs, _ = await take(rival, Holder(new_id(), "soniq"), "default", 6)

    assert len(ours) == len(theirs) == 3
    assert {claim.id for claim in ours + theirs} == ids


async def test_each_claim_has_a_token_of_its_own(other: Any, put: Put, holder: Holder) -> None:
    await put()
    [first], _ = await take(other, holder, "default", 1)
    await other.execute("update soniq.jobs set state = 'ready'")
    [second], _ = await take(other, holder, "default", 1)

    assert first.token != second.token
    assert (first.attempt, second.attempt) == (1, 2)


async def test_a_claim_may_start_behind_a_place_in_the_order(other: Any, put: Put, holder: Holder) -> None:
    first, second, third = [await put(due=f"-{age} s") for age in (3, 2, 1)]
    [claim], _ = await take(other, holder, "default", 1)
    await other.execute("update soniq.jobs set state = 'ready'")

    claims, _ = await take(other, holder, "default", 5, after=mark_of(claim))

    assert claim.id == first
    assert [claim.id for claim in claims] == [second, third]


async def test_the_queues_with_ready_jobs_are_found(other: Any, put: Put) -> None:
    for queue, state in (("a", "ready"), ("a", "ready"), ("b", "later"), ("c", "ready"), ("d", "processing")):
        await put(queue=queue, state=state)

    assert await find_ready(other, "soniq", None) == ["a", "c"]
    assert await find_ready(other, "soniq", ["b", "c", "e"]) == ["c"]


async def test_due_jobs_are_promoted_and_the_next_moment_is_told(other: Any, put: Put) -> None:
    due = await put(state="later", due="-1 s")
    await put(state="later", due="1 hour")

    promoted = await promote(other, "soniq", "on")

    assert promoted.jobs == 1
    assert promoted.next_due == pytest.approx(3600, abs=60)
    assert await other.fetchval("select state from soniq.jobs where id = $1", due) == "ready"


async def test_a_due_job_that_somebody_locks_holds_up_no_other(other: Any, rival: Any, put: Put) -> None:
    locked, due = [await put(state="later", due="-1 s") for _ in range(2)]

    async with rival.transaction():
        await rival.execute("select from soniq.jobs where id = $1 for update", locked)
        await other.execute("set lock_timeout = '5 s'")
        assert (await promote(other, "soniq", "on")).jobs == 1

    assert await other.fetchval("select id from soniq.jobs where state = 'ready'") == due


async def test_one_rescued_job_is_taken_at_a_time(other: Any, put: Put, holder: Holder) -> None:
    for _ in range(2):
        await put(state="rescued")
    await other.execute("update soniq.jobs set crashes = 1")

    assert await take_rescued(other, holder, ["another"]) == []
    [claim] = await take_rescued(other, holder, None)

    assert claim.rescued


async def test_what_is_held_without_knowing_is_recalled(other: Any, put: Put, holder: Holder) -> None:
    for _ in range(3):
        await put()
    known, lost, _ = (await take(other, holder, "default", 3))[0]
    await take(other, Holder(new_id(), "soniq"), "default", 1)
    await other.execute("update soniq.jobs set worker_id = null where id <> all($1::uuid[])", [known.id, lost.id])

    assert await recall(other, holder, [known.id]) == [lost]


@pytest.mark.parametrize("settings", [{}, STEADY_PLANS], ids=["the server's plans", "a worker's plans"])
@pytest.mark.parametrize("text", [TAKE, TAKE_AFTER], ids=["take", "take_after"])
@pytest.mark.parametrize("analyzed", ["before", "after"])
async def test_a_claim_walks_the_ready_index_on_200_000_rows(
    app: Any, migrated_url: str, text: str, settings: dict[str, str], analyzed: str
) -> None:
    connection = await asyncpg.connect(migrated_url, server_settings={**PINNED, **settings})
    try:
        if analyzed == "before":  # statistics of an empty table, as after a quiet night
            await connection.execute("vacuum analyze soniq.jobs")
        await connection.execute(MANY)
        if analyzed == "after":
            await connection.execute("vacuum analyze soniq.jobs")
        plan = await explain(connection, text)
    finally:
        await connection.close()

    assert "jobs_ready" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan


async def explain(connection: Any, text: str) -> str:
    """Plan it as a prepared statement does after its first runs: without knowing the parameters."""
    await connection.execute("set plan_cache_mode = force_generic_plan")
    await connection.execute(f"prepare claiming as {text}")
    given = ["'q1'", "100", "gen_random_uuid()", "gen_random_uuid()", "100", "now()", "gen_random_uuid()"]
    parameters = ", ".join(given[: 7 if "$7" in text else 4])
    return "\n".join(row[0] for row in await connection.fetch(f"explain execute claiming ({parameters})"))
