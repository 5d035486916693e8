"""A job that is about to be written."""

from datetime import datetime, timedelta
from typing import NamedTuple


class NewJob(NamedTuple):
    """One checked call, ready to become a row. A tuple is made in a third of a frozen dataclass's time.

    Attributes:
        id: UUIDv7 as text, made here, so known before the statement runs.
        task: The task's name.
        args: The arguments as JSON text of an object.
        queue: Where workers look for it.
        priority: 1 to 1000, lower first.
        max_attempts: Runs at most, the first one included.
        run_at: When it is due, aware; None means now, or `delay` from now.
        delay: How long from now by the database's clock; None unless `run_at` is None.
        concurrency_key: What it shares a limit with others by; None for no limit.
        concurrency: Jobs of that key at once, over all workers; None without a key.
    """

    id: str
    task: str
    args: str
    queue: str
    priority: int
    max_attempts: int
    run_at: datetime | None = None
    delay: timedelta | None = None
    concurrency_key: str | None = None
    concurrency: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is due as soon as it is written, under no key."""
        return self.run_at is None and self.delay is None and self.concurrency_key is None
