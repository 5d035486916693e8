"""What a doctor needs to know of a queue before judging it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Link:
    """How sessions reach the server.

    Attributes:
        pooled: `no`, `session` where something stands between that keeps one session one, `transaction` where
            each transaction may run on another of the server's connections.
        listens: Whether a notification arrives; False where nobody needs to ask.
        locks: Whether a session's lock stays with it; False where nobody needs to ask.
        clock_ahead: Seconds that the database's clock is ahead of this machine's.
        clock_doubt: Seconds by which that may be wrong, either way.
        sees_everybody: Whether this role sees what other roles' sessions do.
    """

    pooled: Literal["no", "session", "transaction"]
    listens: bool
    locks: bool
    clock_ahead: float
    clock_doubt: float
    sees_everybody: bool


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """Somebody's transaction that is open: `pid`, its role, program and state, for how many seconds."""

    pid: int
    role: str
    program: str
    state: str
    seconds: float


@dataclass(frozen=True, slots=True)
class DeadRows:
    """Rows of the hot table, dead and alive; `vacuumed_ago` seconds, None where it never was."""

    dead: int
    alive: int
    vacuumed_ago: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Jobs of a queue that nobody serves; the oldest waits for so many seconds."""

    queue: str
    jobs: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Stranger:
    """A task that jobs name and this program does not have."""

    task: str
    jobs: int


@dataclass(frozen=True, slots=True)
class SilentWorker:
    """A worker that gave no sign of life for so many seconds, and the jobs in its hands."""

    host: str
    pid: int
    silent: float
    jobs: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What the tables hold.

    Attributes:
        snapshots: Transactions that are open, oldest first; not all of them.
        dead_rows: Of the hot table; None where the server has counted nothing yet.
        unserved: Queues with jobs that nobody serves.
        strangers: Tasks that this program does not have; None where it has none at all, so it says nothing.
        silent_workers: Those that are gone.
        history_days: Days without a gap for which the history is ready, today included.
    """

    snapshots: tuple[OpenTransaction, ...]
    dead_rows: DeadRows | None
    unserved: tuple[Waiting, ...]
    strangers: tuple[Stranger, ...] | None
    silent_workers: tuple[SilentWorker, ...]
    history_days: int
