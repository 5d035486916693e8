"""How a connection is recognised, and said to be none: without a database, and without importing anything."""

import subprocess
import sys
from typing import Any

import asyncpg
import pytest

from soniq.adapters import join, join_sync
from soniq.adapters.placeholders import in_order, percent_style
from soniq.errors import UnsupportedConnection


def test_numbered_placeholders_become_percent_signs_in_the_order_of_their_use() -> None:
    text, order = percent_style("select $2::text, $1::text, $2::text -- $3 is no parameter, nor is 100 %\nfrom t")

    assert text == "select %s::text, %s::text, %s::text from t"
    assert in_order(["one", "two"], order) == ("two", "one", "two")


def test_text_in_quotes_keeps_its_signs() -> None:
    assert percent_style("select '$1 -- 5 %', $1") == ("select '$1 -- 5 %%', %s", (0,))


def test_ten_is_not_one_and_a_nought() -> None:
    assert percent_style("$10 $1") == ("%s %s", (9, 0))


async def a_coroutine() -> None: ...


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "given None"),
        ("postgresql://ada:secret@localhost/shop", "a `str`: a URL or a name opens no transaction"),
        (asyncpg.Connection, "the class `Connection`; pass an open connection"),
        (
            asyncpg.create_pool("postgresql://ada:secret@localhost/shop"),
            "asyncpg.pool.Pool`: `async with pool.acquire()",
        ),
        ({"connection": 1}, "a `dict`: pass the connection or session on which your own rows are written"),
    ],
)
def test_the_refusal_says_what_was_given_and_what_to_pass(given: Any, said: str) -> None:
    for either in (join, join_sync):
        with pytest.raises(UnsupportedConnection) as refused:
            either(given)

        assert said in refused.value.message
        assert "secret" not in str(refused.value)


def test_a_missing_await_is_said() -> None:
    coroutine = a_coroutine()

    with pytest.raises(UnsupportedConnection, match="an `await` is missing"):
        join(coroutine)

    coroutine.close()


@pytest.mark.parametrize("library", ["asyncpg", "django", "psycopg", "sqlalchemy"])
def test_joining_loads_no_library_but_the_connections_own(library: str) -> None:
    makes = {
        "asyncpg": "import asyncpg; given = asyncpg.create_pool()",
        "django": "from django.db import transaction; given = transaction.atomic()",
        "psycopg": "import psycopg; given = psycopg.Cursor.__new__(psycopg.Cursor)",
        "sqlalchemy": "from sqlalchemy.orm import Session; given = Session()",
    }
    program = f"""
import sys
from soniq.adapters import join, join_sync
from soniq.errors import UnsupportedConnection
{makes[library]}
for either in (join, join_sync):
    try:
        either(given)
    except UnsupportedConnection:
        pass
print(*{{"django", "psycopg", "sqlalchemy", "sqlmodel", "tortoise"}} & set(sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert set(ran.stdout.split()) == {library} - {"asyncpg"}
