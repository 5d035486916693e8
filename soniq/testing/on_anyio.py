"""An empty queue for a test that anyio runs on asyncio."""

from collections.abc import AsyncIterator

import pytest

from soniq.app import Soniq
from soniq.testing.clean import clean_app
from soniq.testing.pytest_plugin import app_wanted


@pytest.fixture(name="_soniq_pg_anyio")
async def on_anyio(request: pytest.FixtureRequest, anyio_backend: object, soniq_database: str) -> AsyncIterator[Soniq]:
    """Give the app, on the loop of the test's backend."""
    target, settings = app_wanted(request)
    async with clean_app(soniq_database, target, settings) as app:
        yield app
