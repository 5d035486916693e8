"""Schedules made at run time: add, change, pause, resume, remove, and what each refuses."""

from datetime import timedelta
from typing import Any

import pytest

from soniq import Soniq, daily, every, task_ref
from soniq.errors import ArgumentsInvalid, OptionInvalid, ScheduleInvalid, UnknownTask
from tests.schedule.conftest import Missed, NewLeader, ticks

WORK = task_ref(name="work")
HOUR = timedelta(hours=1)


def a_task(app: Soniq) -> Any:
    @app.job(name="report", queue="reports", priority=9, retries=1)
    async def report(of: int) -> None: ...

    return report


async def test_a_schedule_is_seen_as_it_was_added(app: Soniq) -> None:
    name = await app.scheduler.add(
        a_task(app), cron=daily(at="09:00", tz="Europe/Berlin"), args={"of": 7}, name="nightly", missed="skip"
    )

    seen = await app.scheduler.get("nightly")

    assert name == "nightly"
    assert seen is not None
    assert (seen.job_name, seen.args, seen.queue, seen.priority) == ("report", {"of": 7}, "reports", 9)
    assert (seen.max_attempts, seen.cron, seen.tz, seen.every) == (2, "0 9 * * *", "Europe/Berlin", None)
    assert (seen.missed, seen.source, seen["status"], seen.last_at) == ("skip", "call", "active", None)
    assert seen.next_at is not None
    assert seen.next_at > seen.created_at


async def test_the_same_again_changes_nothing_and_another_rule_counts_from_now(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    await moved_back("work", "0 h")
    await other.execute("update soniq.schedules set after_at = now() - interval '3 hours'")
    before = await other.fetchrow("select * from soniq.schedules")
    await app.scheduler.add(WORK, every=every(hours=1))
    assert await other.fetchrow("select * from soniq.schedules") == before

    await app.scheduler.add(WORK, every=every(minutes=30))
    await new_leader().run()

    [seen] = await app.scheduler.list()
    assert seen.every == HOUR / 2
    assert await ticks(other) == []


async def test_a_changed_queue_leaves_the_next_tick_as_it_is(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    await moved_back("work", "0 h")

    await app.scheduler.add(WORK, every=HOUR, queue="slow")
    await new_leader().run()

    assert len(await ticks(other)) == 1


async def test_a_paused_schedule_rests_and_goes_on_from_its_next_tick(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR, missed="catch_up")
    await new_leader().run()
    await moved_back("work", "3 h")
    assert await app.scheduler.pause("work")
    await app.scheduler.add(WORK, every=HOUR, missed="catch_up", queue="slow")  # a deploy does not wake it
    await new_leader().run()
    [resting] = await app.scheduler.list("paused")
    assert resting.next_at is None

    assert await app.scheduler.resume("work")
    await new_leader().run()

    [seen] = await app.scheduler.list("active")
    assert seen.next_at > await other.fetchval("select now()")
    assert await ticks(other) == []


async def test_pausing_and_resuming_twice_does_no_harm(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    await moved_back("work", "0 h")

    assert await app.scheduler.resume("work")  # it was not paused, so its due tick stays due
    await new_leader().run()
    assert await app.scheduler.pause("work")
    assert await app.scheduler.pause("work")

    assert len(await ticks(other)) == 1


async def test_a_removed_schedule_ticks_no_more(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    await app.scheduler.add(WORK, every=HOUR)
    await new_leader().run()
    await moved_back("work", "0 h")

    assert await app.scheduler.remove("work")
    await new_leader().run()

    assert await app.scheduler.list() == []
    assert await ticks(other) == []


async def test_a_name_that_nobody_has_is_told(app: Soniq) -> None:
    scheduler = app.scheduler

    assert await scheduler.get("nothing") is None
    assert [await verb("nothing") for verb in (scheduler.pause, scheduler.resume, scheduler.remove)] == [False] * 3


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({}, ScheduleInvalid, "neither `cron` nor `every`"),
        ({"cron": "0 9 * * *", "every": 5}, ScheduleInvalid, "both `cron` and `every`"),
        ({"cron": "0 9 * * * *"}, ScheduleInvalid, "has 6 words"),
        ({"cron": "0 9 * * *", "tz": "Europe/Berln"}, ScheduleInvalid, "did you mean 'Europe/Berlin'"),
        ({"every": 60, "missed": "all"}, OptionInvalid, "latest, catch_up, skip"),
        ({"every": 60, "priority": 0}, OptionInvalid, "`priority`"),
        ({"every": 60, "queue": ""}, OptionInvalid, "`queue`"),
        ({"every": 60, "name": ""}, OptionInvalid, "`name`"),
        ({"every": 60, "name": "a\0b"}, OptionInvalid, "`name`"),
        ({"every": 60, "max_attempts": 0}, OptionInvalid, "`max_attempts`"),
        ({"every": 60, "args": {"of": "x"}}, ArgumentsInvalid, "`of`"),
        ({"every": 60, "args": {}}, ArgumentsInvalid, "`of`"),
        ({"every": 60, "args": 5}, ArgumentsInvalid, "must be a mapping"),
    ],
)
async def test_bad_input_is_refused_before_anything_is_written(
    app: Soniq, options: dict[str, Any], error: type[Exception], says: str
) -> None:
    report = a_task(app)

    async with app.transaction() as connection:
        with pytest.raises(error) as refused:
            await app.scheduler.add(report, connection=connection, **{"args": {"of": 7}, **options})
        assert await connection.fetchval("select 1") == 1

    assert says in str(refused.value)
    assert await app.scheduler.list() == []


async def test_a_task_that_this_app_does_not_know_is_refused(app: Soniq) -> None:
    with pytest.raises(UnknownTask):
        await app.scheduler.add("nowhere", every=60)


@pytest.mark.parametrize("status", ["running", 7])
async def test_a_status_that_there_is_not_is_refused(app: Soniq, status: Any) -> None:
    with pytest.raises(OptionInvalid, match="active, paused, orphaned"):
        await app.scheduler.list(status)


@pytest.mark.parametrize("seconds", [0, 61, True, "1"])
async def test_a_check_interval_out_of_range_is_refused(app: Soniq, seconds: Any) -> None:
    with pytest.raises(OptionInvalid, match=r"0\.05 to 60"):
        await app.scheduler.start(check_interval=seconds)
