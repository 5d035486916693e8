"""What a job's row becomes after an attempt."""

from datetime import timedelta
from typing import Literal, NamedTuple
from uuid import UUID

End = Literal["done", "queued", "cancelled", "dead_letter"]


class Verdict(NamedTuple):
    """One decided attempt, ready to be recorded over the claim it belongs to. A tuple, as `Claim`.

    Attributes:
        id: The job.
        token: The claim that this verdict settles; without it nothing is written.
        state: What the row becomes.
        delay: For `queued`: how long until it is due again.
        spend_attempt: For `queued`: False gives the attempt back.
        error: One line of what went wrong, None where nothing did.
        traceback: The full traceback, None where there is none.
        result: JSON text of what the handler returned, None for nothing.
        result_ttl: Seconds for which the result can be read, None for as long as the history lasts.
        snooze: For `queued`: it was put off at its own wish.
        reason: For `dead_letter`: why, such as `max_retries_exceeded`.
    """

    id: UUID
    token: UUID
    state: End
    delay: timedelta = timedelta()
    spend_attempt: bool = True
    error: str | None = None
    traceback: str | None = None
    result: str | None = None
    result_ttl: float | None = None
    reason: str | None = None
    snooze: bool = False
