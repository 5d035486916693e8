"""What traces enqueues and attempts, as the app and its workers see it; soniq names no tracing library here."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from soniq.job.claim import Claim
from soniq.job.new import NewJob
from soniq.job.outcome import Outcome


class AttemptSpan(Protocol):
    """The span of one attempt, which is the current one while its handler runs."""

    @property
    def trace_id(self) -> str | None:
        """32 hexadecimal digits; None where there is no span after all."""

    @property
    def span_id(self) -> str | None:
        """16 hexadecimal digits."""

    def end(self, outcome: Outcome, status: str) -> None:
        """Note what the attempt came to.

        Args:
            outcome: With what was raised.
            status: As `MetricsSink.record_job_end` has it.
        """


class Tracing(Protocol):
    """Makes spans, and lets a job carry its trace from the enqueue to its attempts."""

    def enqueueing(self, jobs: Sequence[NewJob]) -> AbstractContextManager[Sequence[NewJob]]:
        """Be around one enqueue; gives the same jobs with their trace."""

    def attempting(self, claim: Claim, worker_id: str) -> AbstractContextManager[AttemptSpan]:
        """Be around one attempt, middleware and hooks included."""
