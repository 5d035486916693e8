"""The app of one test, on an empty queue."""

import pkgutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from soniq.app import Soniq
from soniq.testing.sweep import sweep


@asynccontextmanager
async def clean_app(url: str, target: str | None, settings: Mapping[str, Any]) -> AsyncIterator[Soniq]:
    """Empty a queue and give an app on it, unopened, so that it may be opened on any event loop.

    Args:
        url: The database.
        target: `module:attribute` of the user's app, which leads to that database while the block runs; None for a
            new app.
        settings: Of a new app.

    Raises:
        TypeError: The target is no Soniq app.
    """
    if target is None:
        async with Soniq(url, **settings) as app:
            sweep(url, app.settings.database_schema)
            yield app
        return
    found = pkgutil.resolve_name(target)
    if not isinstance(found, Soniq):
        raise TypeError(f"{target} is {type(found).__name__}, not a Soniq app")
    async with found._pointed_at(url):
        sweep(url, found.settings.database_schema)
        yield found
