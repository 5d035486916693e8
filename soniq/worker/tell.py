"""Say what an attempt does: to the log, to the app's hooks, to its metrics."""

import logging
from typing import Final

from soniq.job import Cancelled, Claim, Failed, Finished, HandedBack, Outcome, Snoozed, Verdict
from soniq.run.hooks import call_hooks
from soniq.task.surroundings import Surroundings

logger: Final = logging.getLogger("soniq")


async def count_begin(around: Surroundings, claim: Claim) -> None:
    """Count an attempt that begins, even where no handler is called in the end: its end is counted too."""
    if around.begun:
        await call_hooks(around.begun, **_named(claim), queue=claim.queue, attempt=claim.attempt)


async def tell_begin(around: Surroundings, claim: Claim) -> None:
    """Tell that a handler is about to be called."""
    if around.before:
        await call_hooks(around.before, **_named(claim), attempt=claim.attempt)


async def tell_end(around: Surroundings, claim: Claim, outcome: Outcome, verdict: Verdict, seconds: float) -> None:
    """Tell what came of it, and after how many seconds."""
    match outcome:
        case Finished() if around.after:
            await call_hooks(around.after, **_named(claim), duration_ms=seconds * 1000)
        case Failed(error=error, cause=cause) if around.errors:
            raised = cause or RuntimeError(error)
            await call_hooks(around.errors, **_named(claim), error=raised, attempt=claim.attempt)
    if around.ended:
        numbers = {"status": status(outcome, verdict), "duration_s": seconds, "error": verdict.error}
        await call_hooks(around.ended, **_named(claim), queue=claim.queue, **numbers)


def status(outcome: Outcome, verdict: Verdict) -> str:
    """Say in one word how an attempt ended; see `MetricsSink.record_job_end`."""
    if verdict.state != "queued":
        return verdict.state
    match outcome:
        case HandedBack():
            return "handed_back"
        case Snoozed():
            return "snoozed"
    return "failed"


def _named(claim: Claim) -> dict[str, str]:
    return {"job_name": claim.task, "job_id": str(claim.id)}


def log_end(claim: Claim, outcome: Outcome, verdict: Verdict) -> None:
    """Log what came of an attempt, unless it is done."""
    why = verdict.error
    match outcome, verdict.state:
        case Finished(), "done":
            return
        case HandedBack(reason=reason), _:
            level, event, why = logging.WARNING, "job handed back", reason
        case Cancelled(), _:
            level, event, why = logging.INFO, "job cancelled", why or "somebody asked for it"
        case Snoozed(reason=reason), _:
            level, event, why = logging.INFO, "job snoozed", reason
        case _, "dead_letter":
            level, event = logging.ERROR, "job became a dead letter"
        case _:
            level, event = logging.WARNING, "attempt failed"
    facts = {
        "job_id": str(claim.id),
        "task": claim.task,
        "queue": claim.queue,
        "attempt": claim.attempt,
        "max_attempts": claim.max_attempts,
        "error": verdict.error,
        "reason": None if why is verdict.error else why,
        "again_in": verdict.delay.total_seconds() if verdict.state == "queued" else None,
    }
    template = f"{event}: job %s of task %s, attempt %s of %s: %s"  # one an event, for who groups by it
    said = (claim.id, claim.task, claim.attempt, claim.max_attempts, why or "no reason given")
    logger.log(level, template, *said, extra=facts)
