"""Say what a job's row becomes after an attempt; touches nothing."""

from dataclasses import dataclass
from datetime import timedelta

from soniq.job import Cancelled, Claim, Failed, Finished, HandedBack, Outcome, Snoozed, Verdict
from soniq.task.definition import Retries


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a job may be put off at its own wish.

    Attributes:
        snooze: The longest time at once.
        snoozes: How often without spending an attempt.
    """

    snooze: timedelta
    snoozes: int


def decide(
    claim: Claim,
    outcome: Outcome,
    retries: Retries,
    chance: float,
    bounds: Bounds,
    result_ttl: float | None = None,
) -> Verdict:
    """Turn an attempt's outcome into the verdict over its claim.

    Args:
        claim: The attempt that ended.
        outcome: What it came to.
        retries: The task's rules; the claim's `max_attempts` says when they end.
        chance: From 0 to 1, places a retry within its jitter.
        bounds: Of what the job may wish.
        result_ttl: Seconds for which its result can be read, 0 to keep none, None for as long as the history.
    """
    match outcome:
        case Finished(result):
            return _done(claim, result, result_ttl)
        case Cancelled(error):
            return Verdict(claim.id, claim.token, "cancelled", error=error)
        case Snoozed(delay) if claim.snoozes < bounds.snoozes:
            delay = min(delay, bounds.snooze)
            return Verdict(claim.id, claim.token, "queued", delay=delay, spend_attempt=False, snooze=True)
        case Snoozed(delay):
            return decide(claim, _too_often(delay, bounds), retries, chance, bounds)
        case HandedBack(delay):
            return Verdict(claim.id, claim.token, "queued", delay=delay, spend_attempt=False)
        case Failed(error, traceback, retryable=True, delay=asked) if claim.attempt < claim.max_attempts:
            delay = retries.delay(claim.attempt, chance) if asked is None else asked
            return Verdict(claim.id, claim.token, "queued", delay=delay, error=error, traceback=traceback)
        case Failed(error, traceback, reason=reason):
            return Verdict(claim.id, claim.token, "dead_letter", error=error, traceback=traceback, reason=reason)


def _done(claim: Claim, result: str | None, result_ttl: float | None) -> Verdict:
    if result is None or result_ttl == 0:
        return Verdict(claim.id, claim.token, "done")
    return Verdict(claim.id, claim.token, "done", result=result, result_ttl=result_ttl)


def _too_often(delay: timedelta, bounds: Bounds) -> Failed:
    error = f"Snooze: put off {bounds.snoozes} times already, so this one spends an attempt (SONIQ_MAX_SNOOZES)"
    return Failed(error, "", delay=min(delay, bounds.snooze))
