"""A leader turns each due tick into exactly one job, whoever else leads and whatever was missed."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from soniq import Soniq, every, task_ref
from soniq.schedule.tick import advance, decide_about, soonest
from tests.schedule.conftest import Missed, NewLeader, ticks

WORK = task_ref(name="work")
HOUR = timedelta(hours=1)


async def test_a_new_schedule_makes_no_job_before_its_first_tick(app: Soniq, other: Any, new_leader: NewLeader) -> None:
    await app.scheduler.add(WORK, every=HOUR)

    await new_leader().run()

    now, next_at = await other.fetchrow("select now(), next_at from soniq.schedules")
    assert now < next_at <= now + HOUR
    assert next_at.minute == 0
    assert await ticks(other) == []


async def test_a_due_tick_becomes_a_job_with_what_the_schedule_says(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR, args={"of": "ours"}, queue="slow", priority=7, max_attempts=2)
    await new_leader().run()
    await moved_back("work", "0 h")

    await new_leader().run()

    [job], seen = await app.list_jobs(), await app.scheduler.get("work")
    assert (job.job_name, job.args, job.queue, job.priority) == ("work", {"of": "ours"}, "slow", 7)
    assert (job.max_attempts, job.status) == (2, "queued")
    assert seen is not None
    assert (seen.last_at, seen.last_job_id) == (job.scheduled_at, job.id)
    assert seen.next_at == await other.fetchval("select date_trunc('hour', now()) + interval '1 hour'")


async def test_a_tick_of_a_limited_task_waits_for_its_turn(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    app.job(name="one_at_a_time", concurrency=1)(_nothing)
    await app.scheduler.add("one_at_a_time", cron="0 * * * *", missed="catch_up")
    await new_leader().run()
    await moved_back("one_at_a_time", "1 h")

    await new_leader().run()

    waiting = await other.fetch("select state, concurrency from soniq.jobs")
    assert [tuple(row) for row in waiting] == [("keyed", 1)] * 2


async def _nothing() -> None: ...


@pytest.mark.parametrize(("missed", "jobs"), [("latest", 1), ("catch_up", 6)])
async def test_missed_ticks_become_what_was_chosen(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed, missed: str, jobs: int
) -> None:
    await app.scheduler.add(WORK, cron="0 * * * *", missed=missed)
    await new_leader().run()
    await moved_back("work", "5 h")

    await new_leader().run()

    made = await ticks(other)
    assert len(made) == jobs
    assert all(second - first == HOUR for first, second in pairwise(made))
    assert made[-1] == await other.fetchval("select date_trunc('hour', now())")


async def test_a_tick_that_is_long_past_is_skipped_where_that_was_chosen(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed, caplog: pytest.LogCaptureFixture
) -> None:
    await app.scheduler.add(WORK, every=timedelta(days=3660), missed="skip")
    await new_leader().run()
    await moved_back("work", "1 h")

    await new_leader().run()

    assert await ticks(other) == []
    assert await other.fetchval("select next_at > now() from soniq.schedules")
    assert "ticks missed: schedule work, 0 jobs made (skip)" in caplog.text


async def test_a_clock_that_is_set_back_repeats_no_tick(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR, missed="catch_up")
    await new_leader().run()
    await moved_back("work", "2 h")
    await new_leader().run()
    await moved_back("work", "2 h")  # whoever restored the row: its ticks have their jobs

    await new_leader().run()

    assert len(await ticks(other)) == 3


async def test_of_two_leaders_in_dispute_one_makes_the_job(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    pool = await app.opened()

    for hours in range(1, 21):
        await moved_back("work", f"{hours} h")
        async with pool.inner() as one, pool.inner() as two:
            [first], [second] = await soonest(one, "soniq"), await soonest(two, "soniq")
            answers = await asyncio.gather(
                advance(one, "soniq", first, decide_about(first), "on"),
                advance(two, "soniq", second, decide_about(second), "on"),
            )
        assert sorted(answers, key=str) in ([0, None], [1, None])

    assert len(await ticks(other)) == 1


async def test_a_leader_does_not_wait_for_one_that_is_stuck_inside_its_statement(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    await moved_back("work", "0 h")
    [waiting] = await soonest(other, "soniq")

    async with app.transaction() as stuck:
        assert await advance(stuck, "soniq", waiting, decide_about(waiting), "on") == 1
        assert await advance(other, "soniq", waiting, decide_about(waiting), "on") is None

    assert len(await ticks(other)) == 1


async def test_a_leader_that_read_an_older_version_decides_nothing_by_it(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    await moved_back("work", "0 h")
    [waiting] = await soonest(other, "soniq")
    await app.scheduler.add(WORK, every=HOUR, queue="slow")

    assert await advance(other, "soniq", waiting, decide_about(waiting), "on") is None

    await new_leader().run()
    [job] = await app.list_jobs()
    assert job.queue == "slow"


async def test_one_leads_while_it_is_heard_of(app: Soniq, other: Any, new_leader: NewLeader) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    first, second = new_leader(), new_leader(rival=True)
    leads = "select worker_id from soniq.schedule_leader where until > now()"

    await first.run()
    one = await other.fetchval(leads)
    await second.run()
    assert await other.fetchval(leads) == one

    await first.step_down()
    await new_leader(rival=True).run()
    assert await other.fetchval(leads) not in (one, None)


async def test_a_lease_from_before_the_clock_was_set_back_is_void(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    await moved_back("work", "0 h")
    await other.execute("update soniq.schedule_leader set until = now() + interval '1 hour'")

    await new_leader(rival=True).run()

    assert len(await ticks(other)) == 1


async def test_more_schedules_than_a_look_reads_all_tick(app: Soniq, other: Any, new_leader: NewLeader) -> None:
    for number in range(230):
        await app.scheduler.add(WORK, every=HOUR, name=f"tenant {number}", args={"number": number})
    await other.execute("update soniq.schedules set after_at = now() - interval '2 hours'")
    leader = new_leader()

    await leader.run()
    assert leader.seconds_left() < 0.1
    async with asyncio.timeout(20):
        while len(await ticks(other)) < 230:
            await leader.run()

    assert await other.fetchval("select count(distinct args) from soniq.jobs") == 230


async def test_a_schedule_that_cannot_be_read_keeps_no_other_from_ticking(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed, caplog: pytest.LogCaptureFixture
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await app.scheduler.add(WORK, cron="0 * * * *", name="martian")
    await other.execute("update soniq.schedules set tz = 'Mars/Olympus' where name = 'martian'")
    await new_leader().run()
    await moved_back("work", "0 h")

    await new_leader().run()

    assert len(await ticks(other)) == 1
    assert "schedule cannot be read here: martian: there is no time zone 'Mars/Olympus'" in caplog.text


async def test_the_wait_for_a_tick_is_the_tick_s_own(app: Soniq, new_leader: NewLeader) -> None:
    await app.scheduler.add(WORK, every=every(seconds=1))
    leader = new_leader()

    await leader.run()

    to_the_next = 1 - datetime.now(UTC).microsecond / 1e6
    assert abs(leader.seconds_left() - to_the_next) < 0.2 or leader.seconds_left() < 0.2
