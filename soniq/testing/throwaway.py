"""An app on a database of its own, which ends with it."""

import asyncio
from typing import Any

from soniq.app import Soniq
from soniq.testing.databases import DEFAULT_SCHEMA, Database, find_server, make_database


class ThrowawayApp(Soniq):
    """What `make_app` makes; `close()` drops the database."""

    def __init__(self, database: Database, /, **settings: Any) -> None:
        super().__init__(database.url, **settings)
        self._database = database

    async def close(self) -> None:
        """Close the app and drop its database; a second call does no harm."""
        await super().close()
        await asyncio.to_thread(self._database.drop)


def make_app(**settings: Any) -> Soniq:
    """Make an app on an empty queue in a throw-away database, ready to enqueue and to run.

    The database is on the server that `database_url=` or SONIQ_DATABASE_URL names, which is otherwise left alone,
    or on the embedded one. `close()` drops it, and the end of the process does.

    Args:
        settings: Any setting of `Soniq(…)`.

    Raises:
        SettingsInvalid: A setting has an unknown name or a value out of range.
        LabUnavailable: No server is named, and the embedded Postgres is not installed or does not start.
        PermissionDenied: The role on the named server may not create databases.

    Example:
        >>> async with make_app() as app:
        ...     app.job(name="shop.greet")(greet)
        ...     await app.enqueue(greet, name="Ada")
        ...     assert [job.status for job in await drain(app)] == ["done"]
    """
    Soniq(**settings)  # refuses a wrong setting before anything is made
    server = find_server(settings.pop("database_url", None))
    return ThrowawayApp(make_database(server, settings.get("database_schema", DEFAULT_SCHEMA)), **settings)
