"""A handler's annotations are its contract: what goes in comes back as it was, or is refused by name."""

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from soniq import JobContext
from soniq.errors import ArgumentsInvalid, OptionInvalid
from soniq.task.arguments import check_handler, decode, encode, encode_plain
from soniq.task.definition import Task

LIMIT = 10_000
CONTEXT = JobContext("7", "t", 1, 1, "default", "w", None, datetime.now(UTC))


class Colour(Enum):
    RED = 1
    BLUE = "blue"


class Size(StrEnum):
    SMALL = "small"


class Point(NamedTuple):
    x: int
    y: float


@dataclasses.dataclass
class Line:
    price: Decimal
    blob: bytes = b""


@dataclasses.dataclass(eq=False)
class Opaque:
    number: int


class Order(BaseModel):
    number: int
    lines: list[Line] = []


def task(annotation: Any) -> Task:
    def handler(x: Any) -> None: ...

    handler.__annotations__["x"] = annotation
    return Task("t", handler)


def trip(annotation: Any, value: object) -> Any:
    one = task(annotation)
    return decode(one, encode(one, {"x": value}, LIMIT), CONTEXT)["x"]


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, 10**40),
        (UUID, uuid4()),
        (datetime, datetime.now(timezone(timedelta(hours=5, minutes=30)))),
        (datetime, datetime(2026, 1, 2, 3, 4, 5, 6)),  # noqa: DTZ001  # a naive one stays naive
        (date, date(2026, 2, 28)),
        (time, time(1, 2, 3, 4)),
        (timedelta, timedelta(days=-1, seconds=3, microseconds=7)),
        (Decimal, Decimal("1.10")),
        (Colour, Colour.BLUE),
        (Size, Size.SMALL),
        (bytes, b"\xff\x00"),
        (Line, Line(Decimal("1e-20"), b"\xfe")),
        (Order, Order(number=1, lines=[Line(Decimal(3))])),
        (Point, Point(1, 2.5)),
        (set[int], {1, 2}),
        (tuple[int, str], (1, "a")),
        (dict[int, str], {1: "a"}),
        (dict[str, list[Line]], {"a": [Line(Decimal(1))]}),
        (Literal["a", "b"], "b"),
        (int | None, None),
        (str | UUID, uuid4()),
        (date | datetime, datetime.now(UTC)),
        (Any, {"a": [1, None, True, "\u2028 ünï 🙂"]}),
        (str, "\\u0000 NaN Infinity"),
    ],
)
def test_a_value_comes_back_as_its_type(annotation: Any, value: object) -> None:
    back = trip(annotation, value)

    assert back == value
    assert type(back) is type(value)


def test_an_object_that_cannot_be_compared_comes_back_by_what_it_holds() -> None:
    assert trip(Opaque, Opaque(3)).number == 3


def test_decimals_keep_their_digits() -> None:
    assert str(trip(Decimal, Decimal("1.100"))) == "1.100"


@given(
    st.one_of(
        st.tuples(st.just(datetime), st.datetimes(timezones=st.timezones())),
        st.tuples(st.just(timedelta), st.timedeltas(timedelta(days=-36_500), timedelta(days=36_500))),
        st.tuples(st.just(Decimal), st.decimals(allow_nan=False, allow_infinity=False)),
        st.tuples(st.just(bytes), st.binary()),
        st.tuples(st.just(float), st.floats(allow_nan=False, allow_infinity=False)),
        st.tuples(st.just(str), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))),
    )
)
@example((datetime, datetime(1991, 3, 3, 2, tzinfo=ZoneInfo("Australia/ACT"))))
def test_any_value_makes_the_round_trip_or_is_refused(case: tuple[Any, Any]) -> None:
    annotation, value = case
    try:
        back = trip(annotation, value)
    except ArgumentsInvalid:
        assert annotation is datetime  # an offset with seconds, as before 1900, is no ISO 8601
    else:
        assert told(back) == told(value)


def told(value: Any) -> Any:
    """Say a moment by its clock and offset: in the hour that a clock change repeats, Python calls equals unequal."""
    return (value.replace(tzinfo=None), value.utcoffset()) if isinstance(value, datetime) else value


@pytest.mark.parametrize(
    ("annotation", "value", "says"),
    [
        (int, "7", "`x`: Input should be a valid integer, not '7' (str)"),
        (int, True, "not True (bool)"),
        (Line, {"price": "1"}, "`x`"),
        (str, "a\0b", "x: 'a\\x00b' holds a NUL"),
        (str, "\ud800", "half of a surrogate pair"),
        (list[str], ["a", "b\0"], "x[1]: "),
        (dict[str, Any], {"a\0": 1}, "the key 'a\\x00'"),
        (Any, {"a": {"b": float("nan")}}, "x.a.b: nan"),
        (float, float("inf"), "finite"),
        (Any, float("-inf"), "x: -inf"),
        (Any, {1: 2}, "would come back as {'1': 2}"),
        (Any, (1, 2), "would come back as [1, 2]"),
        (Any, [uuid4()], "would come back"),
        (Any, object(), "cannot be encoded"),
        (Any, "x" * LIMIT, "over the limit of 10,000; the largest argument is `x`"),
        (type, int, "x"),
        (Callable[[], int], print, "x"),
    ],
)
def test_what_cannot_travel_is_refused_by_name(annotation: Any, value: object, says: str) -> None:
    with pytest.raises(ArgumentsInvalid) as refused:
        trip(annotation, value)

    assert says in refused.value.message


class Rude:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")


@pytest.mark.parametrize("annotation", [Any, int, str, Line])
def test_a_value_that_raises_when_shown_is_still_refused(annotation: Any) -> None:
    with pytest.raises(ArgumentsInvalid, match="Rude"):
        trip(annotation, Rude())


def test_a_whole_number_that_no_float_can_hold_is_refused() -> None:
    assert trip(float, 2**53) == 2**53
    with pytest.raises(ArgumentsInvalid, match="annotate it `int`"):
        trip(float, 2**53 + 1)


async def send(order_id: int, email: str = "", *, ctx: JobContext | None = None) -> None: ...
async def anything(order_id: int, **more: Any) -> None: ...
async def bare(order_id, ctx: "JobContext"): ...  # type: ignore[no-untyped-def]


@pytest.mark.parametrize(
    ("given_arguments", "says"),
    [
        ({}, "argument `order_id` is missing"),
        ({"order_id": 1, "colour": 2}, "`colour` is no argument"),
        ({"order_id": 1, "ctx": None}, "`ctx` is no argument"),
    ],
)
def test_missing_and_surplus_arguments_are_named(given_arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ArgumentsInvalid, match=says):
        encode(Task("t", send), given_arguments, LIMIT)


def test_the_context_cannot_be_passed_to_a_handler_that_takes_what_comes_either() -> None:
    async def open_ended(ctx: JobContext, **more: Any) -> None: ...

    with pytest.raises(ArgumentsInvalid, match="`ctx` is no argument of a call"):
        encode(Task("t", open_ended), {"ctx": 1, "a": 2}, LIMIT)


def test_a_default_that_is_left_out_stays_out_and_the_context_comes_in() -> None:
    one = Task("t", send)

    text = encode(one, {"order_id": 1}, LIMIT)

    assert json.loads(text) == {"order_id": 1}
    assert decode(one, text, CONTEXT) == {"order_id": 1, "ctx": CONTEXT}


def test_a_handler_with_keywords_takes_what_comes() -> None:
    one = Task("t", anything)

    assert decode(one, encode(one, {"order_id": 1, "a": [2]}, LIMIT), CONTEXT) == {"order_id": 1, "a": [2]}


def test_an_argument_without_an_annotation_is_plain_json() -> None:
    one = Task("t", bare)

    assert decode(one, encode(one, {"order_id": {"a": 1}}, LIMIT), CONTEXT)["ctx"] is CONTEXT
    with pytest.raises(ArgumentsInvalid, match="order_id"):
        encode(one, {"order_id": date.today()}, LIMIT)  # noqa: DTZ011


def test_a_model_checks_in_place_of_the_annotations() -> None:
    async def by_fields(number: int, lines: Any = None) -> None: ...
    async def whole(order: Order, ctx: JobContext) -> None: ...

    fields, one = Task("t", by_fields, args_model=Order), Task("t", whole, args_model=Order)

    assert decode(fields, encode(fields, {"number": 1}, LIMIT), CONTEXT) == {"number": 1}
    assert decode(one, encode(one, {"number": 1}, LIMIT), CONTEXT) == {"order": Order(number=1), "ctx": CONTEXT}
    with pytest.raises(ArgumentsInvalid, match="number"):
        encode(one, {"number": "x"}, LIMIT)


def test_arguments_that_no_longer_fit_the_handler_are_refused_when_run() -> None:
    with pytest.raises(ArgumentsInvalid, match="`email` is no argument"):
        decode(task(int), '{"x": 1, "email": "a"}', CONTEXT)


@pytest.mark.parametrize(
    ("value", "says"), [({"a": (1,)}, "tuple"), ({"a": date(2026, 1, 1)}, "date"), ({"a": {1: 2}}, "not text")]
)
def test_a_task_that_lives_elsewhere_takes_plain_json(value: dict[str, Any], says: str) -> None:
    assert json.loads(encode_plain("t", {"a": [1, {"b": None}]}, None, LIMIT)) == {"a": [1, {"b": None}]}
    with pytest.raises(ArgumentsInvalid, match=says):
        encode_plain("t", value, None, LIMIT)


def test_a_handler_that_cannot_be_called_by_name_is_refused_when_it_is_registered() -> None:
    def positional(order_id: int, /) -> None: ...

    with pytest.raises(OptionInvalid, match="positional-only"):
        check_handler(Task("t", positional))
    with pytest.raises(OptionInvalid, match="needs a function"):
        check_handler(Task("t", 7))  # type: ignore[arg-type]  # that is the point


def test_an_annotation_that_is_not_there_at_run_time_is_named() -> None:
    def handler(x: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(ArgumentsInvalid, match="`Missing`"):
        encode(Task("t", handler), {"x": 1}, LIMIT)
