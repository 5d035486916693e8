"""Empty the queue of a database between tests, in a millisecond or two: by one connection that stays."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import asyncpg

from soniq.app import Soniq
from soniq.sql import in_schema, statement

CLEAR: Final = statement("testing", "clear")
_sweepers: Final[dict[tuple[str, str], "Sweeper"]] = {}


class Sweeper:
    """Empties one queue; in a thread with a loop of its own, since each test may have another loop.

    Args:
        url: The database.
        schema: The Postgres schema of the queue; made there where it is missing.
    """

    def __init__(self, url: str, schema: str) -> None:
        self._url, self._schema = url, schema
        self._thread = ThreadPoolExecutor(1, "soniq-sweeper")
        self._runner = asyncio.Runner()
        self._connection: asyncpg.Connection[Any] | None = None
        self._thread.submit(self._runner.run, self._set_up()).result()

    def sweep(self) -> None:
        """Empty every table of the queue."""
        self._thread.submit(self._runner.run, self._sweep()).result()

    def close(self) -> None:
        """Let the connection and the thread go."""
        self._thread.submit(self._runner.run, self._disconnect()).result()
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    async def _set_up(self) -> None:
        async with Soniq(self._url, database_schema=self._schema) as app:
            await app.setup()

    async def _sweep(self) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._url)
        await self._connection.execute(in_schema(CLEAR, self._schema))

    async def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            await asyncio.sleep(0)


def sweep(url: str, schema: str) -> None:
    """Empty a queue; the first time also set it up."""
    if (url, schema) not in _sweepers:
        _sweepers[url, schema] = Sweeper(url, schema)
    _sweepers[url, schema].sweep()


def close_sweepers(url: str | None = None) -> None:
    """Close those of a database, or all."""
    for key in [key for key in _sweepers if url in (None, key[0])]:
        _sweepers.pop(key).close()
