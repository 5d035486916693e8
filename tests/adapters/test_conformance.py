"""The job exists if and only if the transaction committed: every shape, the same cases."""

import asyncio

import pytest

from soniq import Cancellation
from soniq.errors import ArgumentsInvalid, TransactionAborted
from tests.adapters.interrupt import cancel_midway
from tests.adapters.places import Place
from tests.adapters.shapes.shape import Shape, rolled_back

NOTHING: tuple[list[str], list[str]] = ([], [])


async def test_a_commit_keeps_the_job(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "a")
        await shape.enqueue(held, "a")
        assert queue.seen() == NOTHING

    assert queue.seen() == (["a"], ["a"])


async def test_a_rollback_takes_the_job(shape: Shape, queue: Place) -> None:
    async with rolled_back(shape.transaction()) as held:
        await shape.order(held, "a")
        await shape.enqueue(held, "a")

    assert queue.seen() == NOTHING


async def test_a_savepoint_rolled_back_takes_its_job_alone(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "kept")
        await shape.enqueue(held, "kept")
        await shape.execute(held, "savepoint here")
        await shape.order(held, "gone")
        await shape.enqueue(held, "gone")
        await shape.execute(held, "rollback to savepoint here")

    assert queue.seen() == (["kept"], ["kept"])


async def test_a_nested_transaction_rolled_back_takes_its_job_alone(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "kept")
        await shape.enqueue(held, "kept")
        async with rolled_back(shape.nested(held)) as inner:
            await shape.order(inner, "gone")
            await shape.enqueue(inner, "gone")

    assert queue.seen() == (["kept"], ["kept"])


async def test_a_nested_transaction_that_commits_keeps_its_job(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "outer")
        async with shape.nested(held) as inner:
            await shape.order(inner, "inner")
            await shape.enqueue(inner, "inner")
        await shape.enqueue(held, "outer")

    assert queue.seen() == (["outer", "inner"], ["inner", "outer"])


async def test_an_outer_rollback_takes_the_job_of_a_nested_commit(shape: Shape, queue: Place) -> None:
    async with rolled_back(shape.transaction()) as held, shape.nested(held) as inner:
        await shape.order(inner, "a")
        await shape.enqueue(inner, "a")

    assert queue.seen() == NOTHING


async def test_an_enqueue_as_the_first_statement_goes_with_the_rollback(shape: Shape, queue: Place) -> None:
    async with rolled_back(shape.transaction()) as held:
        await shape.enqueue(held, "a")

    assert queue.seen() == NOTHING


async def test_many_jobs_in_one_call_commit_together(shape: Shape, queue: Place) -> None:
    references = [f"order {number}" for number in range(50)]

    async with shape.transaction() as held:
        ids = await shape.enqueue_many(held, references)
        assert queue.jobs() == []

    assert queue.jobs() == references
    assert len(set(ids)) == 50


async def test_many_jobs_in_one_call_roll_back_together(shape: Shape, queue: Place) -> None:
    async with rolled_back(shape.transaction()) as held:
        await shape.enqueue_many(held, ["a", "b", "c"])

    assert queue.seen() == NOTHING


async def test_a_scheduled_job_waits_for_its_time_and_the_commit(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.enqueue(held, "later", scheduled_at=3600)
        assert queue.jobs() == []

    due = queue.admin.execute(
        "select state, round(extract(epoch from scheduled_at - created_at) / 60)::integer from soniq.jobs"
    )
    assert due.fetchall() == [("later", 60)]


async def test_a_unique_constraint_that_fails_afterwards_takes_the_job(shape: Shape, queue: Place) -> None:
    async with rolled_back(shape.transaction(), shape.error) as held:
        await shape.order(held, "a")
        await shape.enqueue(held, "a")
        await shape.order(held, "a")

    assert queue.seen() == NOTHING


async def test_an_aborted_transaction_takes_no_job(shape: Shape, queue: Place) -> None:
    async with rolled_back(shape.transaction()) as held:
        await shape.order(held, "a")
        with pytest.raises(shape.error):
            await shape.order(held, "a")
        with pytest.raises(TransactionAborted) as refused:
            await shape.enqueue(held, "a")

    assert refused.value.code == "SONIQ_TRANSACTION_ABORTED"
    assert queue.seen() == NOTHING


async def test_after_a_failed_statement_and_its_savepoint_a_job_can_join(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "a")
        async with rolled_back(shape.nested(held), shape.error) as inner:
            await shape.order(inner, "a")
        await shape.enqueue(held, "a")

    assert queue.seen() == (["a"], ["a"])


async def test_a_task_cancelled_midway_leaves_nothing(shape: Shape, queue: Place) -> None:
    reached = asyncio.Event()

    async def work() -> None:
        async with shape.transaction() as held:
            await shape.order(held, "a")
            await shape.enqueue(held, "a")
            reached.set()
            if shape.sync:  # no task to cancel there: what a user's Ctrl-C raises
                raise KeyboardInterrupt
            await asyncio.Event().wait()

    await cancel_midway(shape, work, reached)

    assert queue.seen() == NOTHING


async def test_a_refused_argument_leaves_the_transaction_as_it_was(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "a")
        with pytest.raises(ArgumentsInvalid):
            await shape.enqueue(held, "not \x00 storable")
        await shape.enqueue(held, "a")

    assert queue.seen() == (["a"], ["a"])


@pytest.mark.parametrize("commit", [True, False], ids=["committed", "left"])
async def test_what_has_run_nothing_yet_is_joined_as_it_begins(shape: Shape, queue: Place, commit: bool) -> None:
    async with shape.untouched(commit) as held:
        await shape.enqueue(held, "a")
        assert queue.jobs() == []

    assert queue.jobs() == (["a"] if commit else [])


async def test_a_cancellation_joins_the_transaction(shape: Shape, queue: Place) -> None:
    async with shape.transaction() as held:
        job_id = await shape.enqueue(held, "a")

    async with rolled_back(shape.transaction()) as held:
        assert await shape.cancel(held, job_id) is Cancellation.CANCELLED
    assert queue.jobs() == ["a"]

    async with shape.transaction() as held:
        assert await shape.cancel(held, job_id) is Cancellation.CANCELLED
        assert queue.jobs() == ["a"]
    assert queue.jobs() == []
