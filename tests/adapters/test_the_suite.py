"""The suite leaves nothing out: every case takes every shape, and none may be skipped."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from tests.adapters import test_conformance, test_interrupted, test_killed, test_refusals, test_unique, test_wire
from tests.adapters.shapes import SHAPES

CASES = {
    name: case
    for module in (test_conformance, test_interrupted, test_killed, test_refusals, test_unique, test_wire)
    for name, case in vars(module).items()
    if name.startswith("test_")
}
LIBRARIES = {"soniq", "asyncpg", "sqlalchemy", "sqlmodel", "tortoise", "psycopg", "django"}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_case_meets_every_shape(case: Callable[..., Any]) -> None:
    assert {"shape", "shape_name", "wired"} & set(inspect.signature(case).parameters)
    assert "skip" not in inspect.getsource(case)


def test_every_library_has_its_shapes() -> None:
    assert {name.partition("-")[0] for name in SHAPES} == LIBRARIES
