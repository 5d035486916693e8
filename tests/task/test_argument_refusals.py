"""Whatever is passed, a refusal names the argument and the place in it, and stays short."""

import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel

from soniq.errors import ArgumentsInvalid
from soniq.task.arguments import encode, encode_plain
from soniq.task.definition import Task

LIMIT = 10_000


@dataclasses.dataclass
class Line:
    price: Decimal


@dataclasses.dataclass
class Order:
    lines: list[Line]


class Note(BaseModel):
    blob: bytes


class Client:
    pass


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def circle() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


def refusal(annotation: Any, value: object) -> str:
    def handler(x: Any) -> None: ...

    handler.__annotations__["x"] = annotation
    with pytest.raises(ArgumentsInvalid) as refused:
        encode(Task("t", handler), {"x": value}, LIMIT)
    assert len(refused.value.message) < 1_000
    return refused.value.message


WRONG: Any = "12,50"


@pytest.mark.parametrize(
    ("annotation", "value", "says"),
    [
        (Order, Order([Line(Decimal(1)), Line(WRONG)]), "`x.lines[1].price`: Input should be a valid decimal"),
        (Any, {"ids": [1, uuid4()]}, "x.ids[1]: UUID("),
        (Sequence[int], (1, 2), "x: (1, 2) (tuple) would come back as [1, 2] (list)"),
        (list[int], ["x"] * 2_000, "and 1,997 more"),
        (Note, Note(blob=b"\xff"), "x: Note"),
        (bytes, b"\xff" * LIMIT, "the largest argument is `x` with 13,338"),
        (Client, Client(), "x: <"),
        (Any, circle(), "x: is nested too deeply for JSON, or holds itself"),
        (Any, nested(100_000), "x: is nested too deeply"),
        (Any, nested(210), "x: [[["),
        pytest.param(int, 10**5_000, "x: <int", id="huge"),
        (dict[str, Any], {"\ud800": 1}, "x: {'\\ud800': 1}"),
    ],
)
def test_a_refusal_names_the_place(annotation: Any, value: object, says: str) -> None:
    assert says in refusal(annotation, value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (circle(), "nested too deeply"),
        (nested(100_000), "nested too deeply"),
        (nested(210), "nested too deeply"),
        pytest.param(10**5_000, "a: an integer of 16,610 bits", id="huge"),
        ("\ud800", "half of a surrogate pair"),
        ({"\0": 1}, "NUL"),
    ],
)
def test_plain_values_that_no_reader_takes_are_refused(value: object, says: str) -> None:
    with pytest.raises(ArgumentsInvalid, match=says):
        encode_plain("t", {"a": value}, None, LIMIT)


def test_any_mapping_will_do() -> None:
    def handler(x: int) -> None: ...

    assert encode(Task("t", handler), MappingProxyType({"x": 1}), LIMIT) == '{"x":1}'
