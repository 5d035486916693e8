"""`connection=app.separate` says for every verb that writes: on a connection of its own, whatever is open around it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from soniq import Cancellation, DeadLetterFilter, Soniq, task_ref
from soniq.errors import UnsupportedConnection
from tests.adapters.shapes.shape import rolled_back
from tests.dead_letter.conftest import burier

NOTE = task_ref(name="note")
SCHEDULES = "select array_agg(name || ' ' || status order by name) from soniq.schedules"


@pytest.fixture
async def app(migrated_url: str) -> AsyncIterator[Soniq]:
    """Open an app that refuses an enqueue which joins no open transaction."""
    async with Soniq(migrated_url, unjoined="error") as opened:
        yield opened


async def test_what_is_done_to_jobs_and_queues_outlives_the_rollback(app: Soniq) -> None:
    cancelled, deleted = [await app.enqueue(NOTE) for _ in range(2)]
    await app.pause_queue("resumed")

    async with rolled_back(app.transaction()):
        assert await app.cancel_job(cancelled, connection=app.separate) is Cancellation.CANCELLED
        assert await app.delete_job(deleted, connection=app.separate)
        assert await app.pause_queue("paused", connection=app.separate)
        assert await app.resume_queue("resumed", connection=app.separate)
        await app.limit_queue("narrow", 2, connection=app.separate)

    found = await app.get_job(cancelled)
    assert found is not None
    assert (found.status, await app.get_job(deleted)) == ("cancelled", None)
    assert (await app.paused_queues(), await app.get_queue_limits()) == (["paused"], {"narrow": 2})


async def test_what_is_done_to_schedules_outlives_the_rollback(app: Soniq, other: Any) -> None:
    verbs = app.scheduler
    for name in ("active", "gone"):
        await verbs.add(NOTE, cron="0 9 * * *", name=name)

    async with rolled_back(app.transaction()):
        await verbs.add(NOTE, cron="0 9 * * *", name="added", connection=app.separate)
        assert await verbs.pause("added", connection=app.separate)
        assert await verbs.pause("active", connection=app.separate)
        assert await verbs.resume("active", connection=app.separate)
        assert await verbs.remove("gone", connection=app.separate)

    assert await other.fetchval(SCHEDULES) == ["active active", "added paused"]


async def test_what_is_done_to_dead_letters_outlives_the_rollback(app: Soniq, other: Any) -> None:
    bury, verbs = burier(other), app.dead_letter
    kept, gone, old = await bury(0), await bury(1), await bury(2, days=31)

    async with rolled_back(app.transaction()):
        await verbs.replay(kept, connection=app.separate)
        assert await verbs.add_tags_to_job(kept, ["seen"], connection=app.separate) == ("seen",)
        assert await verbs.cleanup_old_dead_letter_jobs(30, connection=app.separate) == 1
        assert await verbs.bulk_replay(DeadLetterFilter(), connection=app.separate) == 1
        assert await verbs.delete(gone, connection=app.separate)

    [left] = await verbs.list()
    assert (left.id, left.resurrection_count, left.tags) == (kept, 1, ("seen",))
    assert [await verbs.get(one) for one in (gone, old)] == [None, None]
    assert (await app.get_queue_stats()).queued == 2


async def test_only_an_enqueue_has_to_say_that_it_is_meant(app: Soniq) -> None:
    job_id = await app.enqueue(NOTE)

    async with rolled_back(app.transaction()):
        assert await app.cancel_job(job_id)
        assert await app.pause_queue("mail")
        await app.scheduler.add(NOTE, cron="0 9 * * *")

    assert await app.paused_queues() == ["mail"]
    assert len(await app.scheduler.list()) == 1


async def test_a_sync_verb_has_no_connection_of_its_own_to_be_separate_on(app: Soniq) -> None:
    with pytest.raises(UnsupportedConnection, match="cancel_job"):
        app.cancel_job_sync(await app.enqueue(NOTE), connection=app.separate)
