"""Periodic tasks: declared in the code, written by the workers that run it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from soniq import JobContext, Soniq, daily, every
from soniq.errors import ArgumentsInvalid, ScheduleInvalid
from tests.schedule.conftest import Missed, NewLeader, ticks


def declare(app: Soniq, *rule: Any, **options: Any) -> Any:
    @app.periodic(*rule, name="clean_up", **options)
    async def clean_up() -> None: ...

    return clean_up


async def test_a_worker_writes_what_its_code_declares_and_runs_each_tick(app: Soniq) -> None:
    ran: asyncio.Queue[JobContext] = asyncio.Queue()

    @app.periodic(every(1).seconds(), name="tick", queue="clock", retries=0)
    async def tick(ctx: JobContext) -> None:
        ran.put_nowait(ctx)

    async with app.worker(), asyncio.timeout(20):
        first, second = await ran.get(), await ran.get()

    assert (first.queue, first.max_attempts) == ("clock", 1)
    assert first.scheduled_at is not None
    assert second.scheduled_at == first.scheduled_at + timedelta(seconds=1)
    assert first.created_at - first.scheduled_at < timedelta(seconds=1)


async def test_a_worker_that_runs_once_makes_the_ticks_that_are_due(
    app: Soniq, new_leader: NewLeader, moved_back: Missed
) -> None:
    declare(app, every=every(hours=1))
    leader = new_leader()
    await leader.run()
    await moved_back("clean_up", "3 h")
    await leader.step_down()

    assert await app.run_worker(run_once=True) == 1


async def test_a_changed_rule_takes_effect_when_the_new_code_starts_and_the_old_code_leaves_it(
    app: Soniq, migrated_url: str, new_leader: NewLeader
) -> None:
    declare(app, cron="0 9 * * *")
    old = new_leader()
    await old.run()

    async with Soniq(migrated_url) as new, new.worker(), asyncio.timeout(20):
        declare(new, daily(at="10:00", tz="Europe/Berlin"))
        while [one.cron for one in await app.scheduler.list()] != ["0 10 * * *"]:
            await old.run()
        await old.run()

    [seen] = await app.scheduler.list()
    assert (seen.cron, seen.tz, seen.source) == ("0 10 * * *", "Europe/Berlin", "code")


async def test_what_no_running_code_declares_rests_until_some_does_again(
    app: Soniq, other: Any, new_leader: NewLeader, moved_back: Missed
) -> None:
    declare(app, every=every(hours=1))
    await new_leader().run()
    declared = dict(app.registry.schedules)
    app.registry.schedules.clear()
    await moved_back("clean_up", "0 h")
    await other.execute("update soniq.schedules set declared_at = now() - interval '61 s'")

    await new_leader().run()
    [seen] = await app.scheduler.list("orphaned")
    assert (seen.name, await ticks(other)) == ("clean_up", [])

    app.registry.schedules.update(declared)
    await new_leader().run()
    assert len(await ticks(other)) == 1


async def test_a_running_worker_says_again_what_its_code_declares(
    app: Soniq, other: Any, new_leader: NewLeader
) -> None:
    declare(app, every=every(hours=1))
    await new_leader().run()
    await other.execute("update soniq.schedules set declared_at = now() - interval '50 s'")

    await new_leader().run()

    assert await other.fetchval("select now() - declared_at < interval '10 s' from soniq.schedules")


async def test_a_pause_outlives_a_deploy(app: Soniq, new_leader: NewLeader) -> None:
    declare(app, every=every(hours=1))
    await new_leader().run()
    await app.scheduler.pause("clean_up")

    declare(app, every=every(hours=2))
    await new_leader().run()

    [seen] = await app.scheduler.list()
    assert (seen.status, seen.every) == ("paused", timedelta(hours=2))


async def test_a_name_that_the_code_declares_is_not_added_at_run_time(app: Soniq) -> None:
    task = declare(app, every=every(hours=1))

    with pytest.raises(ScheduleInvalid, match="the code declares 'clean_up'"):
        await app.scheduler.add(task, every=5)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "neither `cron` nor `every`"),
        ({"cron": "0 9 * * *", "every": 5}, "both `cron` and `every`"),
        ({"cron": "0 9 * * * *"}, "has 6 words"),
        ({"cron": "0 9 * * *", "tz": "Mars/Olympus"}, "there is no time zone 'Mars/Olympus'"),
        ({"every": every(5)}, "lacks its unit"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_at_the_declaration(options: dict[str, Any], says: str) -> None:
    app = Soniq()

    with pytest.raises(ScheduleInvalid) as refused:
        declare(app, **options)

    assert says in refused.value.message
    assert len(app.registry) == 0


def test_a_function_that_needs_an_argument_is_refused_since_the_clock_has_none() -> None:
    with pytest.raises(ArgumentsInvalid, match="`of`"):

        @Soniq().periodic(every=5)
        async def report(of: int) -> None: ...


def test_without_parentheses_it_says_to_write_them() -> None:
    with pytest.raises(ScheduleInvalid, match="in parentheses"):

        @Soniq().periodic  # type: ignore[arg-type]
        async def report() -> None: ...


async def test_the_scheduler_makes_ticks_without_a_worker_until_it_is_stopped(app: Soniq, other: Any) -> None:
    declare(app, every=every(seconds=1))
    await app.scheduler.start(check_interval=0.05)
    await app.scheduler.start()  # it runs already

    async with asyncio.timeout(20):
        while len(await ticks(other)) < 2:
            await other.execute("select pg_sleep(0.05)")
    await app.scheduler.stop()
    await app.scheduler.stop()

    made = await ticks(other)
    assert len(made) == len(set(made))
    assert await other.fetchval("select until < now() from soniq.schedule_leader")


async def test_closing_the_app_ends_its_scheduler(migrated_url: str, other: Any) -> None:
    async with Soniq(migrated_url) as app:
        declare(app, every=every(seconds=1))
        await app.scheduler.start()
        async with asyncio.timeout(20):
            while not await app.scheduler.list():
                await other.execute("select pg_sleep(0.02)")

    left = "select count(*) from pg_stat_activity where application_name = 'soniq' and datname = current_database()"
    async with asyncio.timeout(20):
        while await other.fetchval(left):
            await other.execute("select pg_sleep(0.02)")
