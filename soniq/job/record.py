"""What the queue holds, as users see it: typed, readable as a mapping, and shown well."""

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from soniq.job.status import JobStatus


@dataclass(frozen=True, slots=True)
class Attempt:
    """One failed attempt that a job carries along; the last 20 are kept.

    Attributes:
        attempt: Its number, from 1.
        at: When it was recorded, by the database's clock.
        error: One line, `Type: message`.
    """

    attempt: int
    at: datetime
    error: str


class Readable(Mapping[str, Any]):
    """Fields that also read as a mapping: `job.status`, `job["status"]`, `dict(job)`."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        if key not in self._names():
            raise KeyError(key)
        return getattr(self, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    @classmethod
    @cache
    def _names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))  # type: ignore[arg-type]  # every subclass is a dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Job(Readable):
    """One job, live or ended. Reads as attributes and as a mapping: `job.status`, `job["status"]`.

    Attributes:
        id: UUID as text.
        job_name: The task's name.
        args: The arguments as they travel: plain JSON values.
        status: A `JobStatus`; equal to its text.
        queue: Where workers look for it.
        priority: 1 to 1000, lower first.
        attempts: Runs started so far.
        max_attempts: Runs at most.
        created_at: When it was enqueued. All times are the database's, aware.
        scheduled_at: When it is due or was asked for; None for at once.
        updated_at: When its row last changed state.
        last_error: One line of the latest failure, None where there was none.
        result: What the handler returned, as JSON values; None again once its `result_ttl` is over.
        dead_letter_reason: Why it is a dead letter, None otherwise.
        worker_id: Who runs or last ran it, None before the first run.
        errors: The last 20 failed attempts, oldest first.
        traceback: Of the failure that made it a dead letter; read by `get_job`, not by `list_jobs`.
        progress: From 0 to 1, while it runs and its handler says so; read by `get_job`, not by `list_jobs`.
        progress_note: The words that the handler said with it.
    """

    id: str
    job_name: str
    args: dict[str, Any]
    status: JobStatus
    queue: str
    priority: int
    attempts: int
    max_attempts: int
    created_at: datetime
    scheduled_at: datetime | None
    updated_at: datetime
    last_error: str | None
    result: Any
    dead_letter_reason: str | None
    worker_id: str | None
    errors: tuple[Attempt, ...]
    traceback: str | None = None
    progress: float | None = None
    progress_note: str | None = None

    def __repr__(self) -> str:
        error = f", last_error={self.last_error!r}" if self.last_error else ""
        return (
            f"<Job {self.job_name} {self.status} id={self.id} queue={self.queue!r} "
            f"attempts={self.attempts}/{self.max_attempts} args={json.dumps(self.args, ensure_ascii=False)}{error}>"
        )

    def _repr_html_(self) -> str:
        """Show the job as a small table in Jupyter, in the theme's own colours."""
        rows = "".join(
            f'<tr><th style="text-align:left">{name}</th>'
            f'<td style="text-align:left"><code>{html.escape(shown(self[name]))}</code></td></tr>'
            for name in self
            if self[name] not in (None, (), "")
        )
        return f"<table><caption>{html.escape(self.job_name)}: {self.status}</caption>{rows}</table>"


def shown(value: Any) -> str:
    """Render one field for people."""
    match value:
        case datetime():
            return value.isoformat(sep=" ", timespec="milliseconds")
        case tuple():
            return "\n".join(f"{one.attempt}: {one.error}" for one in value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


@dataclass(frozen=True, slots=True, eq=False)
class QueueStats(Readable):
    """How many jobs are in each state; `done` and `cancelled` count what the history still holds."""

    total: int = 0
    queued: int = 0
    processing: int = 0
    done: int = 0
    cancelled: int = 0
    dead_letter: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class QueueRecord(QueueStats):
    """The counts of one queue, and whether it is paused."""

    paused: bool = False


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """One worker as its row tells.

    Attributes:
        id: UUID as text.
        host: The machine's name.
        pid: Its process there.
        queues: What it serves; None for every queue.
        concurrency: Jobs at once.
        running: Jobs in its hands now.
        state: `running` or `stopping`.
        started_at: By the database's clock.
        silent_for: Since its last sign of life.
    """

    id: str
    host: str
    pid: int
    queues: tuple[str, ...] | None
    concurrency: int
    running: int
    state: str
    started_at: datetime
    silent_for: timedelta
