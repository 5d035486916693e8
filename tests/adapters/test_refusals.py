"""What cannot join is refused: one error a reason, with a code and a hint, and nothing is written."""

import pytest

from soniq.errors import (
    ConnectionUnusable,
    NotInTransaction,
    PermissionDenied,
    SchemaMissing,
    SoniqError,
    TransactionReadOnly,
    UnsupportedConnection,
    WrongDatabase,
)
from tests.adapters.places import Place, Places
from tests.adapters.shapes import opened
from tests.adapters.shapes.shape import TASK, Shape, rolled_back

NOTHING: tuple[list[str], list[str]] = ([], [])


def check(refused: "pytest.ExceptionInfo[SoniqError]", code: str) -> None:
    assert refused.value.code == code
    assert refused.value.hint
    assert code in str(refused.value)


async def place(shape: Shape) -> None:
    async with shape.transaction() as held:
        await shape.order(held, "a")
        await shape.enqueue(held, "a")


async def test_a_connection_that_commits_by_itself_is_refused(shape: Shape, queue: Place) -> None:
    async with shape.alone() as held:
        with pytest.raises(NotInTransaction) as refused:
            await shape.enqueue(held, "a")
        with pytest.raises(NotInTransaction):
            await shape.enqueue_many(held, ["b", "c"])

    check(refused, "SONIQ_NOT_IN_TRANSACTION")
    assert queue.seen() == NOTHING


async def test_a_connection_set_to_autocommit_is_refused(shape: Shape, queue: Place) -> None:
    async with shape.autocommit() as held:
        with pytest.raises(NotInTransaction) as refused:
            await shape.enqueue(held, "a")

    check(refused, "SONIQ_NOT_IN_TRANSACTION")
    assert queue.seen() == NOTHING


async def test_a_closed_or_released_connection_is_refused(shape: Shape, queue: Place) -> None:
    held = await shape.ended()

    with pytest.raises(ConnectionUnusable) as refused:
        await shape.enqueue(held, "a")

    check(refused, "SONIQ_CONNECTION_UNUSABLE")
    assert queue.seen() == NOTHING


async def test_what_is_no_connection_is_refused_by_name(shape: Shape, queue: Place) -> None:
    for given in [*shape.instead(), object(), 42]:
        with pytest.raises(UnsupportedConnection) as refused:
            await shape.app.enqueue(TASK, connection=given, reference="a")
        with pytest.raises(UnsupportedConnection):
            shape.app.enqueue_sync(TASK, connection=given, reference="a")

        check(refused, "SONIQ_UNSUPPORTED_CONNECTION")
        assert type(given).__name__ in refused.value.message
        assert "secret" not in str(refused.value)

    assert queue.seen() == NOTHING


async def test_the_other_verb_is_named_where_this_one_does_not_fit(shape: Shape, queue: Place) -> None:
    async def call_the_other(held: object) -> None:
        if shape.sync:
            await shape.app.enqueue(TASK, connection=held, reference="a")
        else:
            shape.app.enqueue_sync(TASK, connection=held, reference="a")

    async with shape.transaction() as held:
        with pytest.raises(UnsupportedConnection) as refused:
            await call_the_other(held)

    assert ("enqueue_sync(" if shape.sync else "await app.enqueue(") in refused.value.message
    assert queue.seen() == NOTHING


async def test_a_database_without_soniqs_schema_is_refused(shape_name: str, queue: Place, places: Places) -> None:
    places.bare.clear()
    async with opened(shape_name, queue.url, places.bare.url) as shape:
        with pytest.raises(SchemaMissing) as refused:
            await place(shape)

    check(refused, "SONIQ_SCHEMA_MISSING")
    assert (queue.seen(), places.bare.seen()) == (NOTHING, NOTHING)


async def test_a_role_that_was_granted_nothing_is_refused(shape_name: str, queue: Place) -> None:
    async with opened(shape_name, queue.url, queue.ungranted_url) as shape:
        with pytest.raises(PermissionDenied) as refused:
            await place(shape)

    check(refused, "SONIQ_PERMISSION_DENIED")
    assert queue.seen() == NOTHING


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
async def test_a_transaction_that_may_only_read_is_refused(shape: Shape, queue: Place, many: bool) -> None:
    async with rolled_back(shape.transaction()) as held:
        await shape.execute(held, "set transaction read only")
        with pytest.raises(TransactionReadOnly) as refused:
            await (shape.enqueue_many(held, ["a", "b"]) if many else shape.enqueue(held, "a"))

    check(refused, "SONIQ_TRANSACTION_READ_ONLY")
    assert queue.seen() == NOTHING


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
async def test_a_database_of_another_installation_is_refused(
    shape_name: str, queue: Place, places: Places, many: bool
) -> None:
    places.other.clear()
    async with opened(shape_name, queue.url, places.other.url) as shape, shape.transaction() as held:
        await shape.order(held, "a")
        with pytest.raises(WrongDatabase) as refused:
            await (shape.enqueue_many(held, ["a", "b"]) if many else shape.enqueue(held, "a"))

    check(refused, "SONIQ_WRONG_DATABASE")
    assert (queue.seen(), places.other.seen()) == (NOTHING, (["a"], []))
