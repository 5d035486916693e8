"""What a handler's signature says, however it is written."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, ConfigDict, Field, computed_field

from soniq import JobContext
from soniq.errors import ArgumentsInvalid, OptionInvalid
from soniq.task.arguments import check_handler, decode, encode
from soniq.task.definition import Task

LIMIT = 10_000
CONTEXT = JobContext("7", "t", 1, 1, "default", "w", None, datetime.now(UTC))


def trip(task: Task, **given: object) -> dict[str, Any]:
    return decode(task, encode(task, given, LIMIT), CONTEXT)


def written(source: str) -> Callable[..., Any]:
    """Define a handler as a module would that has `source` as its text."""
    module: dict[str, Any] = {}
    exec(source, module)
    handler: Callable[..., Any] = module["handler"]
    return handler


@pytest.mark.parametrize("annotation", ["JobContext", "JobContext | None", "'JobContext'"])
def test_the_context_is_known_by_its_name_where_it_is_imported_for_type_checkers_only(annotation: str) -> None:
    handler = written(
        "from __future__ import annotations\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n"
        "    from soniq import JobContext\n"
        f"def handler(order_id: int, ctx: {annotation} = None): ...\n"
    )

    assert trip(Task("t", handler), order_id=1) == {"order_id": 1, "ctx": CONTEXT}


@pytest.mark.parametrize("annotation", ["'the order'", "'datetime.nothing'", "'Order'", "'1 +'"])
def test_an_annotation_that_cannot_be_read_is_said_when_it_is_needed(annotation: str) -> None:
    task = Task("t", written(f"import datetime\ndef handler(order: {annotation}): ...\n"))
    check_handler(task)

    with pytest.raises(ArgumentsInvalid, match="annotation"):
        encode(task, {"order": 1}, LIMIT)


def test_a_default_may_be_of_any_class() -> None:
    def handler(order_id: int, client: SimpleNamespace = SimpleNamespace()) -> None: ...  # noqa: B008

    assert trip(Task("t", handler), order_id=1) == {"order_id": 1}
    with pytest.raises(ArgumentsInvalid, match="client"):
        trip(Task("t", handler), order_id=1, client=SimpleNamespace())


def test_annotated_keywords_are_checked_and_rebuilt() -> None:
    def handler(order_id: int, **ids: UUID) -> None: ...

    one = uuid4()

    assert trip(Task("t", handler), order_id=1, customer=one) == {"order_id": 1, "customer": one}
    with pytest.raises(ArgumentsInvalid, match="`customer`"):
        trip(Task("t", handler), order_id=1, customer="Ada")


def yields() -> Iterator[int]:
    yield 1


async def yields_later() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(("handler", "says"), [(yields, "yields"), (yields_later, "yields"), (type, "does not say")])
def test_what_cannot_be_a_handler_is_refused_when_it_is_registered(handler: Callable[..., Any], says: str) -> None:
    with pytest.raises(OptionInvalid, match=says):
        check_handler(Task("t", handler))


class Invoice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    order_id: int = Field(alias="orderId")
    number: UUID = Field(default_factory=uuid4)
    note: str = ""

    @computed_field  # type: ignore[prop-decorator]  # as pydantic's guide has it
    @property
    def title(self) -> str:
        return f"invoice {self.number}"


def test_a_model_with_aliases_and_computed_fields_comes_back() -> None:
    def handler(invoice: Invoice) -> None: ...

    invoice = Invoice(orderId=1)

    assert trip(Task("t", handler), invoice=invoice) == {"invoice": invoice}


def test_what_a_model_makes_by_itself_is_made_once_when_it_is_enqueued() -> None:
    def handler(order_id: int, number: UUID, note: str = "none") -> None: ...

    task = Task("t", handler, args_model=Invoice)
    text = encode(task, {"orderId": 1}, LIMIT)
    first, second = decode(task, text, CONTEXT), decode(task, text, CONTEXT)

    assert first.keys() == {"order_id", "number"}
    assert first == second


def test_a_model_that_does_not_fit_the_handler_is_told() -> None:
    def without_number(order_id: int, note: str = "") -> None: ...
    def with_more(order_id: int, number: UUID, note: str, colour: str) -> None: ...

    with pytest.raises(ArgumentsInvalid, match="`number` is in the Invoice, and not in the handler"):
        trip(Task("t", without_number, args_model=Invoice), orderId=1)
    with pytest.raises(ArgumentsInvalid, match="`colour` is in the handler, and not in the Invoice"):
        trip(Task("t", with_more, args_model=Invoice), orderId=1)
