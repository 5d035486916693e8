"""Listen for new jobs on a connection of its own."""

from collections.abc import Callable, Sequence

from soniq.errors import DatabaseUnreachable
from soniq.pool import ConnectionPool
from soniq.sql import CHANNEL, in_schema
from soniq.worker.bell import Bell
from soniq.worker.line import open_session


class Ear:
    """Calls `heard` with the queue of each new job, and with None whenever it may have missed some.

    Args:
        pool: Where connections come from.
        schema: In which installation.
        queues: Which ones are served, None for every one.
        heard: What to call, in the event loop's thread.
    """

    def __init__(
        self, pool: ConnectionPool, schema: str, queues: Sequence[str] | None, heard: Callable[[str | None], None]
    ) -> None:
        self._pool = pool
        self._channel = in_schema(CHANNEL, schema)
        self._queues = queues
        self._heard = heard

    async def run(self) -> None:
        """Listen until the connection is cut.

        Raises:
            DatabaseUnreachable: It was; run it again.
        """
        cut = Bell()
        session = await open_session(self._pool)
        try:
            session.on_cut(cut.ring)
            await session.listen(self._channel, self._on_notify)
            self._heard(None)
            await cut.wait(None)
        finally:
            await session.close()
        raise DatabaseUnreachable("the listening connection was cut")

    def _on_notify(self, _connection: object, _pid: int, _channel: str, queue: str) -> None:
        if self._queues is None or queue in self._queues:
            self._heard(queue)
