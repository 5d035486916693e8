"""psycopg's pipelines: while answers are out nobody knows whether a transaction is open, so it is asked."""

import psycopg
import pytest

from soniq.errors import NotInTransaction
from tests.adapters.places import Place
from tests.adapters.shapes import opened


async def test_a_pipeline_in_autocommit_is_no_transaction(queue: Place) -> None:
    async with opened("psycopg-async", queue.url) as shape:
        connection = await psycopg.AsyncConnection.connect(queue.url, autocommit=True)
        async with connection, connection.pipeline():
            await connection.execute("select 1")
            with pytest.raises(NotInTransaction):
                await shape.enqueue(connection, "a")

    assert queue.jobs() == []


async def test_a_pipeline_in_autocommit_is_no_transaction_without_a_loop_either(queue: Place) -> None:
    async with opened("psycopg-sync", queue.url) as shape:
        with psycopg.connect(queue.url, autocommit=True) as connection, connection.pipeline():
            connection.execute("select 1")
            with pytest.raises(NotInTransaction):
                await shape.enqueue(connection, "a")

    assert queue.jobs() == []


@pytest.mark.parametrize("autocommit", [True, False])
@pytest.mark.parametrize("commits", [True, False])
async def test_a_transaction_in_a_pipeline_is_joined(queue: Place, autocommit: bool, commits: bool) -> None:
    async with opened("psycopg-async", queue.url) as shape:
        connection = await psycopg.AsyncConnection.connect(queue.url, autocommit=autocommit)
        async with connection, connection.pipeline(), connection.transaction(force_rollback=not commits):
            await shape.order(connection, "a")
            await shape.enqueue(connection, "a")

    assert queue.seen() == ((["a"], ["a"]) if commits else ([], []))


@pytest.mark.parametrize("commits", [True, False])
async def test_a_transaction_in_a_pipeline_is_joined_without_a_loop_too(queue: Place, commits: bool) -> None:
    async with opened("psycopg-sync", queue.url) as shape:
        connection = psycopg.connect(queue.url, autocommit=True)
        with connection, connection.pipeline(), connection.transaction(force_rollback=not commits):
            await shape.order(connection, "a")
            await shape.enqueue(connection, "a")

    assert queue.seen() == ((["a"], ["a"]) if commits else ([], []))
