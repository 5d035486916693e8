"""An empty queue for a test of pytest-asyncio's, on the loop that the test runs on."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import pytest
import pytest_asyncio

from soniq.app import Soniq
from soniq.testing.clean import clean_app
from soniq.testing.pytest_plugin import app_wanted

Scope = Literal["function", "class", "module", "package", "session"]


def _on(scope: Scope) -> Callable[..., Any]:
    async def soniq_pg(request: pytest.FixtureRequest, soniq_database: str) -> AsyncIterator[Soniq]:
        target, settings = app_wanted(request)
        async with clean_app(soniq_database, target, settings) as app:
            yield app

    made: Callable[..., Any] = pytest_asyncio.fixture(loop_scope=scope, name=f"_soniq_pg_{scope}")(soniq_pg)
    return made


on_function, on_class, on_module = _on("function"), _on("class"), _on("module")
on_package, on_session = _on("package"), _on("session")
