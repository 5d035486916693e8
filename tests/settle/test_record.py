"""A verdict is written over its own claim or not at all, and none is forgotten (rules 9, 10 and 18)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from soniq.claim.take import Holder, take
from soniq.identity import new_id
from soniq.job import Claim, Verdict
from soniq.settle.record import Recorded, record

Claimed = Callable[[int], Awaitable[list[Claim]]]
PUT = """
insert into soniq.jobs (id, task, queue, priority, args, state, run_at, max_attempts)
values ($1, 'task', 'default', 100, '{}', 'ready', now(), 4)
"""
ALL_WRITTEN = Recorded(frozenset(), frozenset())


@pytest.fixture
def claimed(app: Any, other: Any) -> Claimed:
    """Give a function that makes some jobs and claims them."""

    async def make(jobs: int) -> list[Claim]:
        for _ in range(jobs):
            await other.execute(PUT, new_id())
        return (await take(other, Holder(new_id(), "soniq"), "default", jobs))[0]

    return make


def verdict(claim: Claim, state: Any = "done", **changes: Any) -> Verdict:
    return Verdict(claim.id, claim.token, state)._replace(**changes)


async def test_one_batch_may_end_in_every_way(other: Any, claimed: Claimed) -> None:
    done, cancelled, dead, retried = await claimed(4)

    recorded = await record(
        other,
        "soniq",
        [
            verdict(done, result='{"paid": true}'),
            verdict(cancelled, "cancelled"),
            verdict(dead, "dead_letter", error="ValueError: no", traceback="in f", reason="permanent_failure"),
            verdict(retried, "queued", error="ValueError: not yet", delay=timedelta(hours=1)),
        ],
    )

    assert recorded == ALL_WRITTEN
    history = await other.fetch("select id, state, result from soniq.job_history")
    assert {tuple(row) for row in history} == {(done.id, "done", '{"paid": true}'), (cancelled.id, "cancelled", None)}
    row = await other.fetchrow("select id, last_error, traceback, reason from soniq.dead_letter_jobs")
    assert tuple(row) == (dead.id, "ValueError: no", "in f", "permanent_failure")
    assert await other.fetchval("select id from soniq.jobs where state = 'later'") == retried.id


async def test_a_late_worker_cannot_settle_a_job_that_changed_hands(other: Any, claimed: Claimed) -> None:
    [late] = await claimed(1)
    await other.execute("update soniq.jobs set state = 'ready'")
    [current], _ = await take(other, Holder(new_id(), "soniq"), "default", 1)

    for state in ("done", "dead_letter", "queued"):
        assert await record(other, "soniq", [verdict(late, state)]) == Recorded(frozenset(), frozenset({late.id}))

    assert await record(other, "soniq", [verdict(current)]) == ALL_WRITTEN


@pytest.mark.parametrize(
    ("spend", "delay", "row"),
    [
        (True, 0, ("ready", 1, False)),
        (True, 60, ("later", 1, True)),
        (False, 0, ("ready", 0, False)),
        (False, 60, ("later", 0, True)),
    ],
)
async def test_a_job_goes_back_with_or_without_its_attempt(
    other: Any, claimed: Claimed, spend: bool, delay: int, row: tuple[str, int, bool]
) -> None:
    [claim] = await claimed(1)

    await record(other, "soniq", [verdict(claim, "queued", spend_attempt=spend, delay=timedelta(seconds=delay))])

    found = await other.fetchrow("select state, attempt, run_at > now() + interval '50 s' from soniq.jobs")
    assert tuple(found) == row


async def test_a_rescued_job_that_is_handed_back_stays_apart(other: Any, claimed: Claimed) -> None:
    unspent, failed = await claimed(2)
    await other.execute("update soniq.jobs set crashes = 2")

    await record(other, "soniq", [verdict(unspent, "queued", spend_attempt=False), verdict(failed, "queued")])

    rows = await other.fetch("select id, state, crashes from soniq.jobs order by id")
    assert {tuple(row) for row in rows} == {(unspent.id, "rescued", 2), (failed.id, "ready", 0)}


async def test_the_last_twenty_errors_travel_along(other: Any, claimed: Claimed) -> None:
    [claim] = await claimed(1)
    for number in range(25):
        await record(other, "soniq", [verdict(claim, "queued", error=f"E{number}")])
        [claim], _ = await take(other, Holder(new_id(), "soniq"), "default", 1)

    await record(other, "soniq", [verdict(claim, "dead_letter", error="the end", reason="max_retries_exceeded")])

    errors = await other.fetchval("select array(select e ->> 'error' from jsonb_array_elements(errors) as e)"
                                  " from soniq.dead_letter_jobs")  # fmt: skip
    assert errors == [f"E{number}" for number in range(6, 25)] + ["the end"]


@pytest.mark.parametrize("bad", ['{"nul": "\\u0000"}', "not json", '"\ud800"', "[" * 100_000])
async def test_a_result_that_cannot_be_stored_ends_its_own_job_only(other: Any, claimed: Claimed, bad: str) -> None:
    claims = await claimed(7)
    verdicts = [verdict(claim, result=bad if number == 4 else "1") for number, claim in enumerate(claims)]

    assert await record(other, "soniq", verdicts) == ALL_WRITTEN

    assert await other.fetchval("select count(*) from soniq.job_history") == 6
    row = await other.fetchrow("select id, reason, last_error from soniq.dead_letter_jobs")
    assert tuple(row)[:2] == (claims[4].id, "outcome_not_storable")
    assert "could not be stored" in row["last_error"]


async def test_a_batch_whose_answer_was_lost_can_be_sent_again(other: Any, claimed: Claimed) -> None:
    done, dead, retried = await claimed(3)
    verdicts = [verdict(done), verdict(dead, "dead_letter", reason="timeout"), verdict(retried, "queued")]

    assert await record(other, "soniq", verdicts) == ALL_WRITTEN
    assert await record(other, "soniq", verdicts) == ALL_WRITTEN

    assert await other.fetchval("select count(*) from soniq.job_history") == 1
    assert await other.fetchval("select count(*) from soniq.dead_letter_jobs") == 1


async def test_a_row_that_somebody_locks_holds_up_no_other_verdict(app: Any, other: Any, claimed: Claimed) -> None:
    locked, free = await claimed(2)

    async with app.transaction() as connection:
        await connection.execute("select from soniq.jobs where id = $1 for update", locked.id)
        recorded = await record(other, "soniq", [verdict(locked), verdict(free)])

    assert recorded == Recorded(locked=frozenset({locked.id}), lost=frozenset())
    assert await record(other, "soniq", [verdict(locked)]) == ALL_WRITTEN


async def test_a_missing_day_is_made_and_the_batch_written(other: Any, claimed: Claimed) -> None:
    claims = await claimed(3)
    await drop_history_days(other)

    assert await record(other, "soniq", [verdict(claim) for claim in claims]) == ALL_WRITTEN
    assert await other.fetchval("select count(*) from soniq.job_history") == 3


async def test_a_day_that_cannot_be_made_makes_no_dead_letters(other: Any, claimed: Claimed) -> None:
    claims = await claimed(2)
    await drop_history_days(other)
    await other.execute(
        "create or replace function soniq.make_history_days(ahead integer) returns integer language sql as 'select 0'"
    )

    with pytest.raises(asyncpg.CheckViolationError):
        await record(other, "soniq", [verdict(claim) for claim in claims])

    assert await other.fetchval("select count(*) from soniq.jobs where state = 'processing'") == 2


async def test_the_verdict_shares_the_fate_of_a_transaction(other: Any, claimed: Claimed) -> None:
    [claim] = await claimed(1)

    async with other.transaction():
        await record(other, "soniq", [verdict(claim)])
        inside = await other.fetchval("select count(*) from soniq.job_history where id = $1", claim.id)

    assert inside == 1


async def drop_history_days(other: Any) -> None:
    days = "select inhrelid::regclass::text from pg_inherits where inhparent = 'soniq.job_history'::regclass"
    for day in await other.fetch(days):
        await other.execute(f"drop table {day[0]}")
