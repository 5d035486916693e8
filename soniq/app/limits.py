"""Say how many jobs of a queue run at once."""

from typing import Final

from soniq.app.joining import Joining
from soniq.enqueue.options import check_queue
from soniq.sql import in_schema, statement
from soniq.sql.place import check_here
from soniq.task.limit import check_concurrency

LIMIT_QUEUE: Final = statement("limits", "limit_queue")
QUEUE_LIMITS: Final = statement("limits", "queue_limits")


class LimitVerbs(Joining):
    """Limits of queues, stored in the database for every worker."""

    async def limit_queue(self, queue: str, concurrency: int | None, *, connection: object | None = None) -> None:
        """Let at most so many jobs of a queue run at once, over all workers; they follow within a second.

        What runs already is not stopped: after a lower limit, as many as run are waited for.

        Args:
            queue: Which one; it need not have a job.
            concurrency: Jobs at once, at least 1; None for no limit.
            connection: Set it in this transaction, as `enqueue` does. Without it, or with `app.separate`, at once.

        Raises:
            OptionInvalid: `queue` can be no queue's name, or the limit is no whole number of at least 1.
            PermissionDenied: The role may not set it; `soniq setup --grant ROLE=worker` lets it.
            SoniqError: What `enqueue` raises about a connection, and `ensure_initialized` about the database.
        """
        name = check_queue(queue)
        limit = None if concurrency is None else str(check_concurrency(concurrency))
        rows = await self._fetch_joined(LIMIT_QUEUE, (self._settings.notify, name, limit), connection)
        check_here(rows[0][0])

    async def get_queue_limits(self) -> dict[str, int]:
        """Return the limit of each queue that has one, by its name."""
        pool = await self.opened()
        async with pool.inner() as connection:
            rows = await connection.fetch(in_schema(QUEUE_LIMITS, self._settings.database_schema))
        return {row["queue"]: row["concurrency"] for row in rows}
