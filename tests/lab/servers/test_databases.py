"""Databases made for one test are empty or copies, whatever their name, and go away."""

import asyncio

import psycopg
import pytest

from soniq.lab.servers import drop_database, fresh_database
from tests.lab.servers.crew import Crew


def test_a_fresh_database_replaces_one_of_its_name(postgres: Crew) -> None:
    name = 'two words, "quotes" and ž'
    server = postgres.recruit().hold()
    with psycopg.connect(fresh_database(server, name)) as old:
        old.execute("create table leftover ()")
        old.commit()

        with psycopg.connect(fresh_database(server, name)) as new:
            assert new.execute("select current_database(), to_regclass('leftover')").fetchone() == (name, None)


def test_a_database_can_be_a_copy(postgres: Crew) -> None:
    server = postgres.recruit().hold()
    with psycopg.connect(fresh_database(server, "original")) as original:
        original.execute("create table kept as select 1 as one")

    with psycopg.connect(fresh_database(server, "copy", template="original")) as copy:
        assert copy.execute("table kept").fetchone() == (1,)


def test_dropping_twice_is_no_error(postgres: Crew) -> None:
    server = postgres.recruit().hold()
    url = fresh_database(server, "short")

    drop_database(server, "short")
    drop_database(server, "short")

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


async def test_databases_can_be_made_inside_a_running_loop(postgres: Crew) -> None:
    server = await asyncio.to_thread(postgres.recruit().hold)

    assert fresh_database(server, "notebook").endswith("/notebook")
