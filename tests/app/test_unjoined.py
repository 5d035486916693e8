"""An enqueue that forgets the transaction around it is complained of; one that means it is not."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from soniq import Soniq
from soniq.errors import ConnectionRequired, UnjoinedEnqueue, UnjoinedWarning, UnsupportedConnection


async def send_invoice(order_id: int = 1) -> None: ...


@pytest.fixture
async def strict(migrated_url: str) -> AsyncIterator[Soniq]:
    """Open an app that refuses what joins no open transaction."""
    async with Soniq(migrated_url, unjoined="error") as app:
        app.job(name="send_invoice")(send_invoice)
        yield app


async def test_it_is_warned_of_at_the_users_call(app: Soniq) -> None:
    handle = app.job(name="send_invoice")(send_invoice)

    async with app.transaction():
        with warnings.catch_warnings(record=True, action="always") as warned:
            await app.enqueue(handle)
            await app.schedule(handle, 60)
            await app.enqueue_many(handle, [{}])
            await handle.options(priority=5).enqueue()

    assert [(one.category, one.filename) for one in warned] == [(UnjoinedWarning, __file__)] * 4
    assert [one.lineno - warned[0].lineno for one in warned] == [0, 1, 2, 3]
    assert (await app.get_queue_stats()).queued == 4


async def test_it_is_refused_before_anything_is_written_and_the_transaction_lives_on(strict: Soniq) -> None:
    async with strict.transaction() as connection:
        with pytest.raises(UnjoinedEnqueue, match=r"app\.transaction"):
            await strict.enqueue(send_invoice)
        with pytest.raises(UnjoinedEnqueue):
            await strict.enqueue_many(send_invoice, [{}, {}])
        await strict.enqueue(send_invoice, connection=connection)

    assert (await strict.get_queue_stats()).queued == 1


async def test_it_may_be_let_through(migrated_url: str) -> None:
    async with Soniq(migrated_url, unjoined="off") as app:
        app.job(name="send_invoice")(send_invoice)
        async with app.transaction():
            await app.enqueue(send_invoice)

        assert (await app.get_queue_stats()).queued == 1


async def test_a_separate_job_is_meant_and_outlives_the_rollback(strict: Soniq) -> None:
    async def enqueue_and_fail() -> None:
        async with strict.transaction():
            await strict.enqueue(send_invoice, connection=strict.separate)
            await strict.enqueue_many(send_invoice, [{}], connection=strict.separate)
            await strict.schedule(send_invoice, 60, connection=strict.separate)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await enqueue_and_fail()

    assert (await strict.get_queue_stats()).queued == 3


async def test_a_transactional_task_cannot_be_meant_to_be_separate(app: Soniq) -> None:
    handle = app.job(name="strict", transactional=True)(send_invoice)

    with pytest.raises(ConnectionRequired):
        await app.enqueue(handle, connection=app.separate)


def test_without_an_event_loop_there_is_nothing_separate(strict: Soniq) -> None:
    with pytest.raises(UnsupportedConnection, match="enqueue_sync"):
        strict.enqueue_sync(send_invoice, connection=strict.separate)


async def test_a_connection_that_was_lent_is_looked_at_too(strict: Soniq) -> None:
    async with strict.backend.acquire() as connection:
        await strict.enqueue(send_invoice)
        async with connection.transaction():
            with pytest.raises(UnjoinedEnqueue):
                await strict.enqueue(send_invoice)
        await strict.enqueue(send_invoice)


async def test_a_transaction_around_another_is_seen_and_none_is_seen_after_both(strict: Soniq) -> None:
    async with strict.transaction():
        async with strict.backend.acquire():
            with pytest.raises(UnjoinedEnqueue):
                await strict.enqueue(send_invoice)
        with pytest.raises(UnjoinedEnqueue):
            await strict.enqueue(send_invoice)

    await strict.enqueue(send_invoice)


async def test_a_task_that_outlives_the_transaction_is_not_in_it(strict: Soniq) -> None:
    committed = asyncio.Event()

    async def later() -> str:
        await committed.wait()
        return await strict.enqueue(send_invoice)

    async with strict.transaction():
        task = asyncio.create_task(later())
    committed.set()

    assert await task


async def test_a_transaction_in_another_database_is_none_that_the_job_could_join(
    strict: Soniq, database_url: str
) -> None:
    async with Soniq(database_url) as elsewhere:
        await elsewhere.setup()
        async with elsewhere.transaction():
            assert await strict.enqueue(send_invoice)


async def test_a_handler_is_told_too_but_not_of_the_transaction_its_worker_was_started_in(strict: Soniq) -> None:
    @strict.job(name="alone")
    async def alone() -> str:
        return await strict.enqueue(send_invoice)

    @strict.job(name="forgetful", retries=0)
    async def forgetful() -> None:
        async with strict.transaction():
            await strict.enqueue(send_invoice)

    ids = [await strict.enqueue(alone), await strict.enqueue(forgetful)]
    async with strict.transaction():
        await strict.run_worker(run_once=True)

    jobs = [await strict.get_job(one) for one in ids]
    assert [job.status for job in jobs if job] == ["done", "dead_letter"]
    assert "SONIQ_UNJOINED" in str(jobs[1] and jobs[1].last_error)


async def test_a_bound_session_is_watched_while_it_has_a_transaction(strict: Soniq, migrated_url: str) -> None:
    engine = create_async_engine(migrated_url.replace("postgresql", "postgresql+asyncpg", 1))
    async with AsyncSession(engine) as session:
        with strict.bind(session):
            await strict.enqueue(send_invoice)
            async with session.begin():
                with pytest.raises(UnjoinedEnqueue, match=r"app\.bind"):
                    await strict.enqueue(send_invoice)
                await strict.enqueue(send_invoice, connection=session)
            await strict.enqueue(send_invoice)
        async with session.begin():
            await strict.enqueue(send_invoice)
    await engine.dispose()


async def test_only_a_session_can_be_bound(app: Soniq) -> None:
    not_a_session: Any = "postgresql://localhost/shop"

    with pytest.raises(UnsupportedConnection, match=r"app\.bind"), app.bind(not_a_session):
        pass


async def test_where_nothing_is_open_nothing_is_said(app: Soniq) -> None:
    app.job(name="send_invoice")(send_invoice)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await app.enqueue(send_invoice)
