"""A job that is about to be written."""

from datetime import datetime, timedelta
from typing import NamedTuple


class JobId(str):
    """A job's id: text, which says whether the job was there already.

    asyncpg takes nothing but plain text for a parameter of type uuid: give it `UUID(job_id)`.

    Attributes:
        duplicate: Whether it is the id of another, unique job, in whose place none was written.
    """

    __slots__ = ("duplicate",)
    duplicate: bool

    def __new__(cls, text: str, duplicate: bool = False) -> "JobId":
        """Make one of its text."""
        made = super().__new__(cls, text)
        made.duplicate = duplicate
        return made


class UniqueKey(NamedTuple):
    """What keeps others like a job from being written.

    Attributes:
        key: Equal for jobs of one task that count as the same.
        statuses: In which the job holds it: of `queued`, `processing` and `done`.
        period: For how long `done` does; None without that status.
    """

    key: str
    statuses: tuple[str, ...]
    period: timedelta | None = None


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
        unique: What keeps others like it from being written; None for nothing.
        trace: `traceparent`, and `tracestate` on a second line where there is one; None where nothing is traced.
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
    unique: UniqueKey | None = None
    trace: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is due as soon as it is written, under no key, in no trace."""
        if self.trace is not None:
            return False
        return self.run_at is None and self.delay is None and self.concurrency_key is None
