"""Of a key, and of a queue, no more jobs run at once than its limit, whoever claims (rules 1 and 12)."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from soniq import Soniq
from soniq.claim.limited import TAKE_KEYED, Taken, survey_limits, take_keyed, take_limited
from soniq.claim.rescue import rescue, survey
from soniq.claim.take import Holder, promote, take, take_rescued
from soniq.identity import new_id
from soniq.job import Verdict
from soniq.pool import PINNED
from soniq.settle.record import record
from soniq.worker.line import STEADY_PLANS

Put = Callable[..., Awaitable[UUID]]
PutKeyed = Callable[..., Awaitable[UUID]]
KEYED = "update soniq.jobs set state = $4, concurrency_key = $2, concurrency = $3 where id = $1"
STATE = "select state from soniq.jobs where id = $1"
MANY = """
insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts, concurrency_key, concurrency)
select gen_random_uuid(), 'task', 'default', 100 + n % 3, '{}', 'keyed', now() + n * interval '1 us', 4,
    'k' || n % 300, 1
from generate_series(1, 100000) as n
"""
SETTLED = [
    (Verdict(UUID(int=0), UUID(int=0), "done"), None),
    (Verdict(UUID(int=0), UUID(int=0), "dead_letter", error="E: e", reason="r"), None),
    (Verdict(UUID(int=0), UUID(int=0), "queued", error="E: e"), "keyed"),
    (Verdict(UUID(int=0), UUID(int=0), "queued", spend_attempt=False), "keyed"),
    (Verdict(UUID(int=0), UUID(int=0), "queued", delay=timedelta(hours=1), spend_attempt=False), "later"),
]


@pytest.fixture
def put_keyed(put: Put, other: Any) -> PutKeyed:
    """Give a function that writes one job with a key."""

    async def write(key: str = "k", limit: int = 1, state: str = "keyed", **options: Any) -> UUID:
        job_id = await put(**options)
        await other.execute(KEYED, job_id, key, limit, state)
        return job_id

    return write


@pytest.fixture
async def rivals(migrated_url: str) -> AsyncIterator[list[Any]]:
    """Connect four times more, as four workers do."""
    connections = [await asyncpg.connect(migrated_url) for _ in range(4)]
    yield connections
    for connection in connections:
        await connection.close()


def ids(taken: Taken) -> list[UUID]:
    return [claim.id for claim in taken.claims]


async def test_at_most_what_is_left_of_a_key_is_taken(other: Any, put_keyed: PutKeyed, holder: Holder) -> None:
    first, second, _, elsewhere = [await put_keyed(key, 2, due=f"-{9 - n} s") for n, key in enumerate("aaab")]

    taken = await take_keyed(other, holder, "default", 10)
    again = await take_keyed(other, holder, "default", 10)

    assert (ids(taken), taken.keys) == ([first, second, elsewhere], ["a", "a", "b"])
    assert ids(again) == []


async def test_no_more_than_its_limit_are_taken_however_many_claim_at_once(
    other: Any, put_keyed: PutKeyed, rivals: list[Any]
) -> None:
    for _ in range(30):
        await other.execute("delete from soniq.jobs")
        for _ in range(6):
            await put_keyed(limit=2)
        holders = [Holder(new_id(), "soniq") for _ in rivals]

        found = await asyncio.gather(
            *(take_keyed(one, who, "default", 1) for one, who in zip(rivals, holders, strict=True))
        )

        assert 1 <= sum(len(taken.claims) for taken in found) <= 2


async def test_a_claim_that_began_before_another_committed_sees_what_that_one_took(
    app: Soniq, other: Any, put_keyed: PutKeyed, holder: Holder
) -> None:
    await put_keyed()
    await put_keyed()
    async with app.transaction() as early:
        await early.execute("declare waiting cursor for select soniq.left_of_key('k', 1)")  # its snapshot is taken
        await take_keyed(other, holder, "default", 1)

        left = await early.fetchval("fetch waiting")

    assert left == 0


async def test_while_one_claim_decides_about_a_key_the_others_pass_over_it(
    other: Any, put_keyed: PutKeyed, rivals: list[Any], holder: Holder
) -> None:
    first, _, elsewhere = await put_keyed("a", 5), await put_keyed("a", 5), await put_keyed("b")

    async with other.transaction():
        ours = await take_keyed(other, holder, "default", 1)
        theirs = await take_keyed(rivals[0], Holder(new_id(), "soniq"), "default", 5)

    assert (ids(ours), ids(theirs)) == ([first], [elsewhere])


async def test_the_order_is_priority_then_time_within_a_key_and_across_keys(
    other: Any, put_keyed: PutKeyed, holder: Holder
) -> None:
    late = await put_keyed("a", 9, due="-1 s")
    early = await put_keyed("b", 9, due="-3 s")
    middle = await put_keyed("a", 9, due="-2 s")
    urgent = await put_keyed("c", 9, priority=1)

    taken = [(await take_keyed(other, holder, "default", 1)).claims[0].id for _ in range(4)]

    assert taken == [urgent, early, middle, late]


async def test_a_stricter_job_is_not_taken_along_with_the_first_of_its_key(
    other: Any, put_keyed: PutKeyed, holder: Holder
) -> None:
    generous, strict, last = [await put_keyed("k", limit, due=f"-{limit} s") for limit in (3, 1, 2)]
    await other.execute("update soniq.jobs set run_at = now() - interval '2 s' where id = $1", strict)
    await other.execute("update soniq.jobs set run_at = now() where id = $1", last)

    assert ids(await take_keyed(other, holder, "default", 3)) == [generous]
    assert ids(await take_keyed(other, holder, "default", 3)) == []  # the strict one is first in line now


async def test_plain_claims_do_not_see_keyed_jobs_and_jobs_of_all_queues_count(
    other: Any, put_keyed: PutKeyed, holder: Holder
) -> None:
    await put_keyed("k")
    elsewhere = await put_keyed("k", queue="mail")

    assert (await take(other, holder, "default", 5))[0] == []
    assert ids(await take_keyed(other, holder, "mail", 5)) == [elsewhere]
    assert ids(await take_keyed(other, holder, "default", 5)) == []


@pytest.mark.parametrize(("verdict", "becomes"), SETTLED, ids=["done", "dead", "retry", "handed back", "snoozed"])
async def test_whatever_ends_a_job_frees_its_key(
    other: Any, put_keyed: PutKeyed, holder: Holder, verdict: Verdict, becomes: str | None
) -> None:
    await put_keyed(due="-2 s")
    waiting = await put_keyed(priority=1)
    await other.execute("update soniq.jobs set priority = 200 where id = $1", waiting)
    [claim] = (await take_keyed(other, holder, "default", 2)).claims
    ended = Verdict(claim.id, claim.token, verdict.state, verdict.delay, verdict.spend_attempt, verdict.error)

    await record(other, "soniq", [ended])

    assert await other.fetchval(STATE, claim.id) == becomes
    assert len((await take_keyed(other, holder, "default", 1)).claims) == 1


async def test_a_settle_cannot_reach_a_keyed_job_that_was_settled_before(
    other: Any, put_keyed: PutKeyed, holder: Holder
) -> None:
    await put_keyed()
    [claim] = (await take_keyed(other, holder, "default", 1)).claims
    await record(other, "soniq", [Verdict(claim.id, claim.token, "queued")])

    await record(other, "soniq", [Verdict(claim.id, claim.token, "done")])

    assert await other.fetchval(STATE, claim.id) == "keyed"


async def test_a_scheduled_job_with_a_key_is_keyed_when_it_is_due(other: Any, put_keyed: PutKeyed) -> None:
    due = await put_keyed(state="later", due="-1 s")
    await promote(other, "soniq", "on")

    assert await other.fetchval(STATE, due) == "keyed"


async def test_the_jobs_of_a_dead_worker_free_their_key_and_run_alone(
    other: Any, put_keyed: PutKeyed, holder: Holder
) -> None:
    job_id, _ = await put_keyed(due="-2 s"), await put_keyed("another")
    await other.execute(
        "insert into soniq.workers (id, host, pid, concurrency) values ($1, 'h', 1, 1)", holder.worker_id
    )
    await take_keyed(other, holder, "default", 1)
    await rescue(other, "soniq", await survey(other, Holder(new_id(), "soniq")))

    plain = await take_keyed(other, holder, "default", 5)
    suspect = await take_keyed(other, holder, "default", 1, suspects=True)

    assert (plain.keys, plain.suspects) == (["another"], True)
    assert (ids(suspect), suspect.claims[0].rescued) == ([job_id], True)
    assert await take_rescued(other, holder, None) == []


async def test_a_walk_through_many_keys_goes_on_where_it_ended(other: Any, put_keyed: PutKeyed, holder: Holder) -> None:
    await other.execute(MANY)
    first = await take_keyed(other, holder, "default", 300)
    rest = await take_keyed(other, holder, "default", 300, first.behind)

    assert (len(first.keys), len(rest.keys), rest.behind) == (256, 44, "")
    assert len({*first.keys, *rest.keys}) == 300


async def test_a_queue_with_a_limit_counts_its_keyed_and_rescued_jobs_too(
    app: Soniq, other: Any, put: Put, put_keyed: PutKeyed, holder: Holder
) -> None:
    await app.limit_queue("default", 3)
    for _ in range(5):
        await put()
    await put(state="rescued")
    await put_keyed()

    assert len((await take_keyed(other, holder, "default", 5)).claims) == 1
    assert len(await take_rescued(other, holder, None)) == 1
    assert len(await take_limited(other, holder, "default", 5)) == 1
    assert await take_limited(other, holder, "default", 5) == []


async def test_no_more_than_the_limit_of_a_queue_are_taken_however_many_claim_at_once(
    app: Soniq, other: Any, put: Put, rivals: list[Any]
) -> None:
    await app.limit_queue("default", 2)
    for _ in range(30):
        await other.execute("delete from soniq.jobs")
        for _ in range(6):
            await put()

        found = await asyncio.gather(*(take_limited(one, Holder(new_id(), "soniq"), "default", 1) for one in rivals))

        assert 1 <= sum(map(len, found)) <= 2


async def test_a_survey_names_where_jobs_wait_for_keys_and_the_queues_with_limits(
    app: Soniq, other: Any, put_keyed: PutKeyed, holder: Holder
) -> None:
    await put_keyed(queue="a")
    await put_keyed("another", queue="b")
    await put_keyed("later", queue="c", state="later")
    await app.limit_queue("d", 1)

    every, some = await survey_limits(other, "soniq", None), await survey_limits(other, "soniq", ["b", "x"])

    assert (every.keyed, every.limited) == (("a", "b"), frozenset({"d"}))
    assert (some.keyed, some.limited) == (("b",), frozenset())


async def test_a_claim_of_keyed_jobs_walks_their_index_on_100_000_rows(app: Any, migrated_url: str) -> None:
    connection = await asyncpg.connect(migrated_url, server_settings={**PINNED, **STEADY_PLANS})
    await connection.execute("vacuum analyze soniq.jobs")  # statistics of an empty table
    await connection.execute(MANY)

    await connection.execute(f"prepare claiming as {TAKE_KEYED}")
    given = "'default', 10, gen_random_uuid(), gen_random_uuid(), '', false"
    plan = "\n".join(row[0] for row in await connection.fetch(f"explain (analyze) execute claiming ({given})"))

    await connection.close()
    assert "using jobs_keyed" in plan
    assert "Seq Scan on jobs" not in plan
    assert max(map(int, re.findall(r"Rows Removed by Filter: (\d+)", plan)), default=0) < 1000
