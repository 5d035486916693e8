"""Run a statement in the user's transaction, or in one of its own."""

from collections.abc import Sequence
from typing import Any

from soniq.adapters import Joined, join
from soniq.app.core import Core
from soniq.app.default_database import find_database
from soniq.app.open import read_place_sync
from soniq.app.unjoined import SEPARATE
from soniq.sql import in_schema
from soniq.sql.place import Place


class Joining(Core):
    """What every verb with `connection=` needs."""

    async def _fetch_joined(
        self, text: str, parameters: Sequence[object], connection: object | None
    ) -> Sequence[tuple[Any, ...]]:
        """Run a statement on the user's connection, or on one of ours, and return its rows.

        Args:
            text: For the default schema; `$1` is the installation.
            parameters: From `$2` on.
            connection: In whatever shape; an unfit one is refused before anything is sent. None and `app.separate`:
                one of ours.

        Raises:
            SoniqError: What `enqueue` raises about a connection, and `ensure_initialized` about the database.
        """
        joined = join_given(connection)
        pool = await self.opened()
        place = self.known_place()
        statement, given = in_schema(text, place.schema), (place.installation, *parameters)
        if joined is not None:
            return await joined.fetch(statement, given)
        async with pool.inner() as own:
            return [tuple(row) for row in await own.fetch(statement, *given)]

    def _place_without_loop(self) -> Place:
        """Return where statements go, for a sync verb: read on a connection of its own where nobody knows yet."""
        if self._place is None:
            self._settings = find_database(self._settings)
            self._place = read_place_sync(self._settings)
        return self._place


def join_given(connection: object | None) -> Joined | None:
    """Find how to speak on the connection that a verb was given; None where it means one of ours.

    Raises:
        UnsupportedConnection: It is something else; the message says what to pass instead.
    """
    return None if connection is None or connection is SEPARATE else join(connection)
