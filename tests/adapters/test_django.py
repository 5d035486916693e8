"""Django's own ways into trouble: rollback marks, threads, event loops, other databases, what only looks alike."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.db import IntegrityError, connection, connections, transaction
from django.db.utils import ConnectionHandler

from soniq.errors import ConnectionUnusable, NotInTransaction, TransactionAborted, UnsupportedConnection
from tests.adapters.places import Place
from tests.adapters.shapes import opened
from tests.adapters.shapes.django_connection import DjangoConnection, Order
from tests.adapters.shapes.shape import TASK, Boom, rolled_back


@pytest.fixture
async def django(queue: Place) -> AsyncIterator[DjangoConnection]:
    async with opened("django-connection", queue.url) as shape:
        assert isinstance(shape, DjangoConnection)
        yield shape


async def test_a_block_marked_for_rollback_takes_no_job(django: DjangoConnection, queue: Place) -> None:
    async with django.transaction() as held:
        await django.order(held, "a")
        await django.on_thread(transaction.set_rollback, True)
        with pytest.raises(TransactionAborted, match="marked for rollback"):
            await django.enqueue(held, "a")

    assert queue.seen() == ([], [])


async def test_a_failed_save_that_was_caught_leaves_a_block_that_takes_no_job(
    django: DjangoConnection, queue: Place
) -> None:
    async with django.transaction() as held:
        await django.order(held, "a")
        with pytest.raises(IntegrityError):
            async with django.entered(transaction.atomic(savepoint=False)):
                await django.order(held, "a")
        with pytest.raises(TransactionAborted):
            await django.enqueue(held, "a")

    assert queue.seen() == ([], [])


async def test_a_driver_set_to_autocommit_behind_djangos_back_is_refused(
    django: DjangoConnection, queue: Place
) -> None:
    def set_autocommit() -> None:
        connection.connection.autocommit = True

    async with rolled_back(django.transaction()) as held:
        await django.on_thread(set_autocommit)
        with pytest.raises(NotInTransaction):
            await django.enqueue(held, "a")

    assert queue.jobs() == []


async def test_a_connection_given_back_to_djangos_pool_inside_its_block_is_refused(
    django: DjangoConnection, queue: Place
) -> None:
    connections.settings["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 1}}

    async with django.transaction() as held:
        await django.on_thread(connections.close_all)
        with pytest.raises(ConnectionUnusable, match="closed inside"):
            await django.enqueue(held, "a")

    await django.on_thread(lambda: connection.close_pool())
    assert queue.jobs() == []


async def test_the_connection_of_another_thread_is_refused(django: DjangoConnection, queue: Place) -> None:
    async with django.transaction():
        theirs = await django.on_thread(connections.__getitem__, "default")
        with pytest.raises(ConnectionUnusable, match="another thread"):
            django.app.enqueue_sync(TASK, connection=theirs, reference="a")

    assert queue.jobs() == []


async def test_a_view_with_an_event_loop_is_told_of_sync_to_async(django: DjangoConnection, queue: Place) -> None:
    with pytest.raises(UnsupportedConnection, match="sync_to_async"):
        django.app.enqueue_sync(TASK, connection=connection, reference="a")
    with pytest.raises(UnsupportedConnection, match="sync_to_async"):
        await django.app.enqueue(TASK, connection=connection, reference="a")

    assert queue.jobs() == []


@pytest.mark.parametrize("commits", [True, False])
async def test_an_asynchronous_view_joins_by_sync_to_async(
    django: DjangoConnection, queue: Place, commits: bool
) -> None:
    def place() -> None:
        try:
            with transaction.atomic():
                Order.objects.create(reference="a")
                django.app.enqueue_sync(TASK, connection=connection, reference="a")
                if not commits:
                    raise Boom
        except Boom:
            pass
        finally:
            connections.close_all()

    await sync_to_async(place)()

    assert queue.seen() == ((["a"], ["a"]) if commits else ([], []))


async def test_the_statement_passes_by_djangos_execute_wrappers(django: DjangoConnection) -> None:
    seen = []

    def wrapper(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    async with django.transaction() as held:
        watched = await django.on_thread(lambda: connection.execute_wrapper(wrapper))
        async with django.entered(watched):
            await django.enqueue(held, "a")

    assert ["insert into soniq.jobs" in sql for sql in seen] == [True]


@pytest.mark.parametrize(
    ("backend", "driver", "said"),
    [("sqlite3", None, "sqlite, not to Postgres"), ("postgresql", "psycopg2", "psycopg2: install psycopg 3")],
)
async def test_another_database_or_driver_is_refused(
    django: DjangoConnection, backend: str, driver: str | None, said: str
) -> None:
    elsewhere = ConnectionHandler({"default": {"ENGINE": f"django.db.backends.{backend}", "NAME": ":memory:"}})
    held = elsewhere["default"]
    if driver:
        held.Database = ModuleType(driver)

    with pytest.raises(UnsupportedConnection, match=said):
        await django.enqueue(held, "a")


async def test_a_cache_is_no_connection_although_its_proxy_has_the_same_class(django: DjangoConnection) -> None:
    call = partial(django.app.enqueue_sync, TASK, connection=cache, reference="a")

    with pytest.raises(UnsupportedConnection, match=r"ConnectionProxy`: `with transaction.atomic"):
        await django.on_thread(call)
