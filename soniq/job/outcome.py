"""What one attempt came to, before anyone decides what the row becomes."""

from dataclasses import dataclass, field
from datetime import timedelta


class Directive(Exception):
    """What a handler says about its own job, returned or raised: `Snooze`, `Retry` or `Discard`."""


class Snooze(Directive):
    """Return or raise this to run the same job again later; it spends no attempt.

    A job may snooze SONIQ_MAX_SNOOZES times; each further snooze spends an attempt.

    Attributes:
        seconds: How long to wait, at least 0, or a timedelta; capped by the setting `snooze_max_seconds`.
        reason: Said in the worker's log, for people.
    """

    def __init__(self, seconds: float | timedelta, reason: str | None = None) -> None:
        super().__init__(seconds, reason)
        self.seconds = seconds
        self.reason = reason


class Retry(Directive):
    """Return or raise this to end the attempt as failed and say when the next one is due.

    It spends an attempt: after the last one the job is a dead letter.

    Attributes:
        after: Seconds or a timedelta until the next attempt; None for the task's own `retry_delay`.
        reason: Kept with the attempt as its error.
    """

    def __init__(self, after: float | timedelta | None = None, reason: str | None = None) -> None:
        super().__init__(after, reason)
        self.after = after
        self.reason = reason


class Discard(Directive):
    """Return or raise this where no further attempt can help: the job is a dead letter at once.

    Attributes:
        reason: Kept as its error.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Finished:
    """The handler returned; `result` is JSON text, None where it returned nothing."""

    result: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The handler raised, timed out, or could not be called.

    Attributes:
        error: One line, `Type: message`, made safe for Postgres.
        traceback: The full traceback as text, made safe for Postgres; may be empty.
        retryable: False where another attempt would end the same way.
        reason: The dead letter's reason should this be the end, such as `max_retries_exceeded`.
        delay: Until the next attempt; None leaves it to the task's rules.
        cause: What was raised, for the hooks; None where nothing was.
    """

    error: str
    traceback: str
    retryable: bool = True
    reason: str = "max_retries_exceeded"
    delay: timedelta | None = None
    cause: BaseException | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The handler asked to run later."""

    delay: timedelta
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The worker gives the job back unspent: it is shutting down, or does not know the task."""

    delay: timedelta
    reason: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody asked for it, and the handler has ended; `error` is what it raised meanwhile, None for nothing."""

    error: str | None = None


Outcome = Finished | Failed | Snoozed | HandedBack | Cancelled
