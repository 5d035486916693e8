"""What a running attempt hears from outside and tells it."""

from collections.abc import Callable

from soniq.job import Cancelled, Claim, Failed, Finished, Outcome

Report = Callable[[Claim, float, str | None], None]


class AttemptLink:
    """The link of one attempt: the wish to cancel its job comes in, its progress goes out.

    Args:
        claim: Whose attempt.
        report: Takes its progress, from any thread.
    """

    def __init__(self, claim: Claim, report: Report) -> None:
        self._claim = claim
        self._report = report
        self._end: Callable[[], None] | None = None
        self._seen = False
        self.asked = False

    @property
    def cancelled(self) -> bool:
        """Whether the job was asked to end; who has read that it was is taken at its word when it returns."""
        self._seen = self._seen or self.asked
        return self.asked

    def report(self, share: float, note: str | None) -> None:
        """Say how far the attempt has come."""
        self._report(self._claim, share, note)

    def heed(self, end: Callable[[], None]) -> None:
        """Call `end` as soon as the job is asked to end, at once where it was."""
        self._end = end
        if self.asked:
            end()

    def ask(self) -> None:
        """Ask the job to end; once is enough. Only from the loop's own thread."""
        if self.asked:
            return
        self.asked = True
        if self._end is not None:
            self._end()

    def judge(self, outcome: Outcome) -> Outcome:
        """Make it a cancellation, unless the handler was not asked, or finished all the same without a look."""
        if not self.asked or (isinstance(outcome, Finished) and not self._seen):
            return outcome
        error = outcome.error if isinstance(outcome, Failed) else None
        return Cancelled(None if error is None or error.startswith("CancelledError") else error)
