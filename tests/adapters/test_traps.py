"""Ways of holding a transaction that look alike and are not: what becomes of the job is said, one by one."""

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from tortoise.transactions import in_transaction

from soniq.errors import ConnectionUnusable, NotInTransaction, UnsupportedConnection
from tests.adapters.places import Place
from tests.adapters.shapes import opened
from tests.adapters.shapes.shape import TASK, rolled_back
from tests.adapters.shapes.sqlalchemy_async import EngineShape


@pytest.fixture(params=["sqlalchemy-session-asyncpg", "sqlalchemy-session-psycopg"])
def session_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_asyncpgs_connection_dug_out_of_a_session_is_refused_before_its_begin(queue: Place) -> None:
    async with opened("sqlalchemy-session-asyncpg", queue.url) as shape, shape.transaction() as session:
        raw = await (await session.connection()).get_raw_connection()
        with pytest.raises(NotInTransaction):
            await shape.enqueue(raw.driver_connection, "a")

        await shape.order(session, "a")
        await shape.enqueue(raw.driver_connection, "a")
        assert queue.jobs() == []

    assert queue.seen() == (["a"], ["a"])


async def test_the_ambient_session_of_a_scope_is_joined(session_name: str, queue: Place) -> None:
    async with opened(session_name, queue.url) as shape:
        assert isinstance(shape, EngineShape)
        ambient = async_scoped_session(async_sessionmaker(shape.engine), scopefunc=lambda: 1)
        async with rolled_back(ambient.begin()):
            await shape.enqueue(ambient, "gone")
        async with ambient.begin():
            await shape.enqueue(ambient, "kept")
        await ambient.remove()

    assert queue.jobs() == ["kept"]


async def test_the_ambient_session_of_a_thread_is_joined(queue: Place) -> None:
    engine = create_engine(make_url(queue.url).set(drivername="postgresql+psycopg"))
    ambient = scoped_session(sessionmaker(engine))
    async with opened("sqlalchemy-sync-session", queue.url) as shape:
        with ambient.begin():
            await shape.enqueue(ambient, "kept")
    ambient.remove()
    engine.dispose()

    assert queue.jobs() == ["kept"]


@pytest.mark.filterwarnings("ignore:coroutine .*connect' was never awaited:RuntimeWarning")  # SQLAlchemy's, dropped
async def test_the_synchronous_half_of_a_session_is_refused_outside_run_sync(session_name: str, queue: Place) -> None:
    async with opened(session_name, queue.url) as shape, shape.untouched(commit=True) as session:
        with pytest.raises(UnsupportedConnection, match="run_sync"):
            shape.app.enqueue_sync(TASK, connection=session.sync_session, reference="a")

    assert queue.jobs() == []


async def test_a_session_without_an_engine_is_refused(queue: Place) -> None:
    async with opened("sqlalchemy-session-asyncpg", queue.url) as shape:
        with pytest.raises(UnsupportedConnection, match="engines or none"):
            await shape.enqueue(AsyncSession(), "a")


async def test_a_session_on_another_kind_of_database_is_refused(queue: Place) -> None:
    engine = create_engine("sqlite://")
    async with opened("sqlalchemy-sync-session", queue.url) as shape:
        with Session(engine) as session, pytest.raises(UnsupportedConnection, match="sqlite"):
            await shape.enqueue(session, "a")
    engine.dispose()


async def test_an_engine_that_streams_its_results_takes_a_job_like_any_other(queue: Place) -> None:
    engine = create_engine(make_url(queue.url).set(drivername="postgresql+psycopg"))
    async with opened("sqlalchemy-sync-session", queue.url) as shape:
        with Session(engine.execution_options(stream_results=True)) as session, session.begin():
            await shape.enqueue(session, "a")
    engine.dispose()

    assert queue.jobs() == ["a"]


async def test_a_session_that_committed_inside_its_block_begins_no_more(session_name: str, queue: Place) -> None:
    async with opened(session_name, queue.url) as shape, shape.transaction() as session:
        await shape.order(session, "a")
        await session.commit()
        with pytest.raises(ConnectionUnusable):
            await shape.enqueue(session, "a")

    assert queue.seen() == (["a"], [])


async def test_tortoises_client_committed_by_hand_is_refused(queue: Place) -> None:
    for name in ("tortoise-asyncpg", "tortoise-psycopg"):
        async with opened(name, queue.url) as shape, shape.transaction() as held:
            await held.commit()
            with pytest.raises(ConnectionUnusable):
                await shape.enqueue(held, "a")

    assert queue.jobs() == []


async def test_tortoises_psycopg_client_kept_past_its_block_joins_whoever_has_its_connection_now(queue: Place) -> None:
    # Nothing public tells that client from the one that holds the connection now; idle, it is refused.
    async with opened("tortoise-psycopg", queue.url) as shape:
        kept = await shape.ended()
        async with rolled_back(in_transaction("psycopg")) as other:
            await shape.order(other, "another's")
            await shape.enqueue(kept, "mine")

    assert queue.seen() == ([], [])
