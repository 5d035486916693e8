"""The transactions of Tortoise and Django are seen where they are open, and only there."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.transactions import in_transaction

from soniq import Soniq
from soniq.adapters.open_transactions import DJANGO, TORTOISE, find_open

IN_DJANGO = """
import asyncio, sys
from urllib.parse import urlsplit
from asgiref.sync import async_to_sync
from django.conf import settings

url = urlsplit(sys.argv[1])
settings.configure(DATABASES={"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
    "PASSWORD": url.password, "HOST": url.hostname, "PORT": url.port,
}})
import django
from django.db import connection, transaction
from django.test import TestCase
from soniq.adapters.open_transactions import find_open

django.setup()
see = async_to_sync(find_open)

class Tests(TestCase):
    def test_it(self):
        print(see())
        with transaction.atomic():
            print(see())

print(see())
with transaction.atomic():
    print(see())
print(asyncio.run(find_open()))
Tests("test_it").run()
connection.close()
"""


@pytest.fixture
async def tortoise(migrated_url: str, app: Soniq) -> AsyncIterator[None]:
    """Connect Tortoise to the app's database."""
    shape = "tests.adapters.shapes.tortoise_client"
    await Tortoise.init(db_url=migrated_url.replace("postgresql", "asyncpg", 1), modules={"models": [shape]})
    yield
    await Tortoise.close_connections()


async def test_nothing_is_seen_where_a_library_is_loaded_and_not_used() -> None:
    assert await find_open() is None


@pytest.mark.usefixtures("tortoise")
async def test_tortoises_block_is_seen_and_its_nested_one_and_no_longer_than_they_last() -> None:
    seen = [await find_open()]
    async with in_transaction():
        seen.append(await find_open())
        async with in_transaction():
            seen.append(await find_open())
    seen.append(await find_open())

    assert seen == [None, TORTOISE, TORTOISE, None]


@pytest.mark.usefixtures("tortoise")
async def test_a_task_that_outlives_tortoises_block_is_not_in_it() -> None:
    ended = asyncio.Event()

    async def later() -> Any:
        await ended.wait()
        return await find_open()

    async with in_transaction():
        task = asyncio.create_task(later())
    ended.set()

    assert await task is None


def test_djangos_block_is_seen_from_the_coroutine_that_waits_in_it_but_not_the_blocks_of_a_test_case(
    migrated_url: str,
) -> None:
    said = subprocess.check_output([sys.executable, "-c", IN_DJANGO, migrated_url], text=True, timeout=60)

    assert said.splitlines() == ["None", DJANGO, "None", "None", DJANGO]
