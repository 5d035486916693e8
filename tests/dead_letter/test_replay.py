"""A replay makes a new job and keeps the record; twice the same bulk makes no job twice."""

import asyncio
from typing import Any

import asyncpg
import pytest

from soniq import DeadLetterFilter, Soniq
from soniq.errors import DeadLetterNotFound, OptionInvalid, WrongDatabase
from tests.dead_letter.conftest import Bury

# Row locks are waited for by transaction, which belongs to no database: the lock's own row would name none.
SOMEBODY_WAITS = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"""

NOBODY = "00000000-0000-0000-0000-000000000000"
EVERY = DeadLetterFilter()


async def deliver(number: int) -> int:
    return number


async def test_a_replayed_job_runs_and_carries_the_errors_so_far(app: Soniq, bury: Bury) -> None:
    app.job(name="mail")(deliver)
    dead_id = await bury(7)

    new_id = await app.dead_letter.replay(dead_id)
    await app.run_worker(run_once=True)

    job, dead = await app.get_job(new_id), await app.dead_letter.get(dead_id)
    assert job is not None
    assert dead is not None
    assert (new_id != dead_id, job.status, job.result, job.attempts, job.max_attempts) == (True, "done", 7, 1, 4)
    assert job.errors == dead.errors
    assert dead.resurrection_count == 1


@pytest.mark.parametrize(
    ("options", "row"),
    [
        ({}, (0, 4, 100, "default")),
        ({"reset_attempts": False}, (4, 5, 100, "default")),
        ({"reset_attempts": False, "new_max_attempts": 9}, (4, 9, 100, "default")),
        ({"new_max_attempts": 1, "new_priority": 5, "new_queue": "slow"}, (0, 1, 5, "slow")),
    ],
    ids=str,
)
async def test_a_replay_changes_what_it_is_told_to(
    app: Soniq, other: Any, bury: Bury, options: dict[str, Any], row: tuple[object, ...]
) -> None:
    new_id = await app.dead_letter.replay(await bury(), **options)

    found = await other.fetchrow("select attempt, max_attempts, priority, queue, id::text, state from soniq.jobs")
    assert tuple(found) == (*row, new_id, "ready")


async def test_an_exhausted_job_that_goes_on_counting_runs_once_more(app: Soniq, bury: Bury) -> None:
    app.job(name="mail", retry_delay=0)(fail)
    new_id = await app.dead_letter.replay(await bury(), reset_attempts=False)

    assert await app.run_worker(run_once=True) == 1

    dead = await app.dead_letter.get(new_id)
    assert dead is not None
    assert (dead.attempts, [one.attempt for one in dead.errors]) == (5, [4, 5])


async def fail(number: int) -> None:
    raise ValueError(number)


async def test_what_is_not_there_or_makes_no_sense_is_refused_and_writes_nothing(
    app: Soniq, other: Any, bury: Bury
) -> None:
    dead_id = await bury()

    for call in (app.dead_letter.replay(NOBODY), app.dead_letter.add_tags_to_job(NOBODY, ["a"])):
        with pytest.raises(DeadLetterNotFound, match=NOBODY) as refused:
            await call
        assert refused.value.code == "SONIQ_DEAD_LETTER_NOT_FOUND"
    for wrong in ({"new_max_attempts": 0}, {"new_priority": 0}, {"new_queue": ""}):
        with pytest.raises(OptionInvalid):
            await app.dead_letter.replay(dead_id, **wrong)
    for verb in (app.dead_letter.bulk_replay, app.dead_letter.bulk_delete):
        with pytest.raises(OptionInvalid, match="DeadLetterFilter"):
            await verb(None)  # type: ignore[arg-type]  # that is the point
    assert await other.fetchval("select count(*) from soniq.jobs") == 0


async def test_a_bulk_replay_makes_no_job_twice(app: Soniq, other: Any, bury: Bury) -> None:
    for number in range(3):
        await bury(number, days=number)
    await bury(9, task="pay")
    mails = DeadLetterFilter(task="mail")

    counts = [await app.dead_letter.bulk_replay(mails, dry_run=True)]
    counts += [await app.dead_letter.bulk_replay(mails) for _ in range(2)]

    assert counts == [3, 3, 0]
    made = await other.fetch("select distinct id::text as id, (args->>'number')::int as number from soniq.jobs")
    assert sorted(row["number"] for row in made) == [0, 1, 2]
    assert {row["id"][14] for row in made} == {"7"}
    assert await app.dead_letter.bulk_replay(DeadLetterFilter(replayed=True, limit=2)) == 2


async def test_two_bulk_replays_at_once_make_each_job_once(app: Soniq, other: Any, bury: Bury) -> None:
    for number in range(50):
        await bury(number)

    counts = await asyncio.gather(*(app.dead_letter.bulk_replay(EVERY) for _ in range(4)))

    assert sorted(counts) == [0, 0, 0, 50]
    assert await other.fetchval("select count(*) from soniq.jobs") == 50


async def test_a_limit_takes_the_oldest(app: Soniq, other: Any, bury: Bury) -> None:
    for number in range(3):
        await bury(number, days=number)

    assert await app.dead_letter.bulk_replay(DeadLetterFilter(limit=1)) == 1
    assert await app.dead_letter.bulk_delete(DeadLetterFilter(replayed=False, limit=1)) == 1

    assert await other.fetchval("select args->>'number' from soniq.jobs") == "2"
    assert [dead.args["number"] for dead in await app.dead_letter.list()] == [0, 2]


async def test_a_replay_wakes_who_sleeps_on_the_queue(app: Soniq, other: Any, bury: Bury) -> None:
    await other.execute("insert into soniq.sleepers (worker_id, queues) values (gen_random_uuid(), '{mail}')")
    heard: asyncio.Queue[str] = asyncio.Queue()
    await other.add_listener("soniq_new_job", lambda *said: heard.put_nowait(said[3]))

    await app.dead_letter.replay(await bury(queue="slow"))
    await app.dead_letter.replay(await bury(queue="mail"))

    async with asyncio.timeout(10):
        assert await heard.get() == "mail"


async def test_tags_are_added_once_and_sorted(app: Soniq, bury: Bury) -> None:
    dead_id = await bury(tags=["seen"])

    assert await app.dead_letter.add_tags_to_job(dead_id, ["ticket-7", "seen", "ada"]) == ("ada", "seen", "ticket-7")
    for wrong in ([], "seen", [""], ["\0"], [7], ["a"] * 51):
        with pytest.raises(OptionInvalid):
            await app.dead_letter.add_tags_to_job(dead_id, wrong)  # type: ignore[arg-type]  # that is the point


async def test_deleting_and_cleaning_up_take_what_they_name(app: Soniq, bury: Bury) -> None:
    ids = [await bury(number, days=number * 10) for number in range(4)]

    assert [await app.dead_letter.delete(ids[0]) for _ in range(2)] == [True, False]
    assert await app.dead_letter.cleanup_old_dead_letter_jobs(15, dry_run=True) == 2
    assert await app.dead_letter.purge(15) == 2
    assert [dead.id for dead in await app.dead_letter.list()] == [ids[1]]
    assert await app.dead_letter.purge(0) == 1
    for wrong in (-1, "7", True, float("nan")):
        with pytest.raises(OptionInvalid):
            await app.dead_letter.purge(wrong)  # type: ignore[arg-type]  # that is the point


async def test_another_installation_is_written_nothing(app: Soniq, other: Any, bury: Bury) -> None:
    dead_id = await bury()
    await other.execute(
        "create or replace function soniq.installation() returns uuid language sql immutable as"
        " 'select gen_random_uuid()'"
    )
    verbs = app.dead_letter

    for call in (verbs.replay(dead_id), verbs.bulk_delete(EVERY), verbs.add_tags_to_job(dead_id, ["a"])):
        with pytest.raises(WrongDatabase):
            await call
    assert await other.fetchrow("select resurrection_count, tags from soniq.dead_letter_jobs") == (0, [])


async def test_one_that_somebody_deletes_meanwhile_is_not_replayed(
    app: Soniq, migrated_url: str, other: Any, bury: Bury
) -> None:
    dead_id = await bury()
    rival = await asyncpg.connect(migrated_url)
    deleting = rival.transaction()
    await deleting.start()
    await rival.execute("delete from soniq.dead_letter_jobs")

    replaying = asyncio.create_task(app.dead_letter.replay(dead_id))
    async with asyncio.timeout(10):
        while not await other.fetchval(SOMEBODY_WAITS):
            await other.execute("select pg_sleep(0.005)")
    await deleting.commit()

    with pytest.raises(DeadLetterNotFound):
        await replaying
    await rival.close()
