"""Ask what is wrong with the queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from soniq.app.core import Core
from soniq.app.default_database import find_database
from soniq.app.open import connect, read_place
from soniq.errors import DatabaseUnreachable, SoniqError
from soniq.job import Finding
from soniq.pool import PINNED, our_errors
from soniq.settings import Settings
from soniq.sql.migrate import newest
from soniq.watch.doctor import judge_condition, judge_link, judge_schema
from soniq.watch.examine import examine_condition, examine_link


class DoctorVerbs(Core):
    """Examines the queue."""

    async def doctor(self) -> list[Finding]:
        """Look at everything that commonly goes wrong, and say what to do about it; nothing is changed.

        It works before `setup()`, on a schema that this code does not fit, and with a viewer's grant. Which tasks
        nobody knows is looked at only where this app has any.

        Returns:
            One finding a check, also where all is well: `ok`, `note` or `wrong`.

        Raises:
            NoDatabase: No database was named, and the lab's embedded one is not installed.
            DatabaseUnreachable: The server does not answer or refuses the login.
            PermissionDenied: The role may not read the tables; `soniq setup --grant ROLE=viewer` lets it.
        """
        self._check_open()
        settings = await asyncio.to_thread(find_database, self._settings)
        async with _two_connections(settings) as (first, second):
            link = await examine_link(first, second, _now)
            refusal = await _refusal(first, settings)
            findings = [judge_schema(refusal, newest()), *judge_link(link)]
            if refusal is None:
                tasks = [task.name for task in self._registry]
                async with first.transaction():
                    condition = await examine_condition(
                        first, settings.database_schema, tasks, settings.heartbeat_timeout
                    )
                findings += judge_condition(condition, link)
        return findings


@asynccontextmanager
async def _two_connections(settings: Settings) -> AsyncIterator[tuple[Any, Any]]:
    async with AsyncExitStack() as stack:
        first, second = [await _connected(stack, settings) for _ in range(2)]
        with our_errors():
            yield first, second


async def _connected(stack: AsyncExitStack, settings: Settings) -> Any:
    connection = await connect(settings, PINNED)
    stack.push_async_callback(connection.close)
    return connection


async def _refusal(connection: Any, settings: Settings) -> SoniqError | None:
    try:
        async with connection.transaction():
            await read_place(connection, settings)
    except DatabaseUnreachable:
        raise
    except SoniqError as error:
        return error
    return None


def _now() -> datetime:
    return datetime.now(UTC)
