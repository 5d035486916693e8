"""Say what a job's row becomes after an attempt; touches nothing."""

from datetime import timedelta

from soniq.job import Claim, Failed, Finished, HandedBack, Outcome, Snoozed, Verdict
from soniq.task.definition import Retries


def decide(claim: Claim, outcome: Outcome, retries: Retries, chance: float, snooze_max: timedelta) -> Verdict:
    """Turn an attempt's outcome into the verdict over its claim.

    Args:
        claim: The attempt that ended.
        outcome: What it came to.
        retries: The task's rules; the claim's `max_attempts` says when they end.
        chance: From 0 to 1, places a retry within its jitter.
        snooze_max: The longest that a job may sleep at its own wish.
    """
    match outcome:
        case Finished(result):
            return Verdict(claim.id, claim.token, "done", result=result)
        case Snoozed(delay):
            return Verdict(claim.id, claim.token, "queued", delay=min(delay, snooze_max), spend_attempt=False)
        case HandedBack(delay):
            return Verdict(claim.id, claim.token, "queued", delay=delay, spend_attempt=False)
        case Failed(error, traceback, retryable=True) if claim.attempt < claim.max_attempts:
            delay = retries.delay(claim.attempt, chance)
            return Verdict(claim.id, claim.token, "queued", delay=delay, error=error, traceback=traceback)
        case Failed(error, traceback, reason=reason):
            return Verdict(claim.id, claim.token, "dead_letter", error=error, traceback=traceback, reason=reason)
