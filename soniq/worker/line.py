"""Connections of the worker's own: one session, and a line that comes back after it was cut."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from soniq.pool import LOST, Connection, ConnectionPool, unreachable

ANSWER_SECONDS: Final = 30.0
CLOSE_SECONDS: Final = 2.0

# A plan is made once and kept while the table grows from nothing to millions, and back: forbid what would
# be wrong in the large. `enable_seqscan` off adds a cost that would start the JIT compiler, so that is off.
STEADY_PLANS: Final = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}


class Session:
    """One connection, from `open_session` until it is cut."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def is_open(self) -> bool:
        """Whether the connection still stands, as far as this side knows."""
        return not self._connection.is_closed()

    async def fetch(self, query: str, /, *args: Any) -> list[Any]:
        """Run one statement.

        Raises:
            DatabaseUnreachable: The connection was lost; whether the statement committed is not known.
        """
        try:
            return await self._connection.fetch(query, *args)
        except LOST as error:
            self._connection.terminate()
            raise unreachable(error) from error

    async def listen(self, channel: str, heard: Callable[..., None]) -> None:
        """Call for each notification.

        Raises:
            DatabaseUnreachable: The connection was lost.
        """
        try:
            await self._connection.add_listener(channel, heard)
        except LOST as error:
            self._connection.terminate()
            raise unreachable(error) from error

    def on_cut(self, call: Callable[[], None]) -> None:
        """Call when the session ends, for whatever reason."""
        self._connection.add_termination_listener(lambda _: call())

    async def close(self) -> None:
        """End the session politely, or after a moment otherwise."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._connection.close()
        except LOST:
            self._connection.terminate()


async def open_session(pool: ConnectionPool, answer_within: float = ANSWER_SECONDS) -> Session:
    """Connect.

    Args:
        pool: Where connections come from.
        answer_within: Seconds after which a statement counts as lost.

    Raises:
        DatabaseUnreachable: The server does not answer.
    """
    # The server gives up before we do, so that a statement that waits for a lock costs itself, not the session.
    patience = {
        "lock_timeout": f"{answer_within * 400:.0f}ms",
        "statement_timeout": f"{answer_within * 800:.0f}ms",
    }
    return Session(await pool.connect(STEADY_PLANS | patience, answer_within))


class Line:
    """A session that is opened when it is first needed, and again after each cut.

    Args:
        pool: Where connections come from.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._session: Session | None = None

    async def fetch(self, query: str, /, *args: Any) -> list[Any]:
        """Run one statement.

        Raises:
            DatabaseUnreachable: The connection was lost; whether the statement committed is not known.
        """
        if self._session is None or not self._session.is_open:
            self._session = await open_session(self._pool)
        return await self._session.fetch(query, *args)

    async def close(self) -> None:
        """End the session."""
        if self._session is not None:
            await self._session.close()
