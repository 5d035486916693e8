"""What tests do to an app: empty its queue, and point it at a database of theirs for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from soniq.app.core import Core
from soniq.sql import in_schema, statement

CLEAR: Final = statement("testing", "clear")


class TestVerbs(Core):
    """Not part of the surface; `soniq.testing` uses it."""

    async def _reset(self) -> None:
        """Empty the tables of jobs and workers; needs a role that may delete from them."""
        pool = await self.opened()
        async with pool.inner() as connection:
            await connection.execute(in_schema(CLEAR, self._settings.database_schema))

    @asynccontextmanager
    async def _pointed_at(self, database_url: str) -> AsyncIterator[None]:
        """Be an app of that database while the block runs, unopened at first, and what it was before after it."""
        kept = self._settings, self._pool, self._place, self._loop, self._opening, self._closed
        self._settings = self._settings.model_copy(update={"database_url": database_url})
        self._pool = self._place = self._loop = self._opening = None
        self._closed = False
        try:
            yield
        finally:
            try:
                await self.close()
            finally:
                self._settings, self._pool, self._place, self._loop, self._opening, self._closed = kept
