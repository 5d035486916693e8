"""What one attempt came to, before anyone decides what the row becomes."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Snooze:
    """Return this from a handler to run the same job again later; it spends no attempt.

    Attributes:
        seconds: How long to wait, at least 0; capped by the setting `snooze_max_seconds`.
        reason: Said in the worker's log, for people.
    """

    seconds: float
    reason: str | None = None


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
    """

    error: str
    traceback: str
    retryable: bool = True
    reason: str = "max_retries_exceeded"


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


Outcome = Finished | Failed | Snoozed | HandedBack
