"""Every verb that writes shares the fate of your transaction, in every asynchronous shape."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from soniq import DeadLetterFilter
from soniq.errors import NotInTransaction, UnsupportedConnection
from tests.adapters.shapes import SHAPES, opened
from tests.adapters.shapes.shape import Shape, rolled_back
from tests.dead_letter.conftest import burier

ASYNC = [name for name, kind in SHAPES.items() if not kind.sync]
KEPT: tuple[int, int, list[str], int] = (0, 0, [], 4)
COUNTS = """
select
    (select count(*) from soniq.jobs),
    sum(resurrection_count),
    coalesce((select array_agg(tag order by tag) from soniq.dead_letter_jobs, unnest(tags) as tag), '{}'),
    count(*)
from soniq.dead_letter_jobs
"""


@pytest.fixture(params=ASYNC)
async def shape(request: pytest.FixtureRequest, migrated_url: str) -> AsyncIterator[Shape]:
    async with opened(request.param, migrated_url) as shape:
        yield shape


async def use_every_verb(shape: Shape, held: Any, ids: list[str]) -> None:
    verbs = shape.app.dead_letter
    await verbs.replay(ids[0], new_queue="slow", connection=held)
    assert await verbs.bulk_replay(DeadLetterFilter(queue="bulk"), connection=held) == 2
    assert await verbs.add_tags_to_job(ids[0], ["seen"], connection=held) == ("seen",)
    assert await verbs.delete(ids[1], connection=held)
    assert await verbs.bulk_delete(DeadLetterFilter(reason="timeout"), connection=held) == 1
    assert await verbs.cleanup_old_dead_letter_jobs(30, connection=held) == 1
    assert await verbs.bulk_delete(DeadLetterFilter(), dry_run=True, connection=held) == 1


async def bury_four(other: Any) -> list[str]:
    bury = burier(other)
    return [
        await bury(0),
        await bury(1),
        await bury(2, queue="bulk", reason="timeout"),
        await bury(3, queue="bulk", days=31),
    ]


async def test_a_commit_keeps_what_every_verb_wrote(shape: Shape, other: Any) -> None:
    ids = await bury_four(other)

    async with shape.transaction() as held:
        await use_every_verb(shape, held, ids)
        assert tuple(await other.fetchrow(COUNTS)) == KEPT

    assert tuple(await other.fetchrow(COUNTS)) == (3, 1, ["seen"], 1)


async def test_a_rollback_takes_what_every_verb_wrote(shape: Shape, other: Any) -> None:
    ids = await bury_four(other)

    async with rolled_back(shape.transaction()) as held:
        await use_every_verb(shape, held, ids)

    assert tuple(await other.fetchrow(COUNTS)) == KEPT


async def test_what_would_commit_alone_is_refused(shape: Shape, other: Any) -> None:
    ids = await bury_four(other)

    async with shape.autocommit() as held:
        with pytest.raises(NotInTransaction):
            await shape.app.dead_letter.replay(ids[0], connection=held)
    for wrong in shape.instead():
        with pytest.raises(UnsupportedConnection):
            await shape.app.dead_letter.bulk_delete(DeadLetterFilter(), connection=wrong)

    assert tuple(await other.fetchrow(COUNTS)) == KEPT
