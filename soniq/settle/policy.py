"""Ask the app's retry policy about a failed attempt, and hold its answer to what a delay can be."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final

from soniq.job import Claim, Failed, JobMeta, Outcome
from soniq.job.numbers import check_seconds
from soniq.task.definition import Retries
from soniq.task.policy import ExponentialBackoff, RetryPolicy

logger: Final = logging.getLogger("soniq")

FALLBACK: Final = ExponentialBackoff()


def ruled(policy: RetryPolicy | None, claim: Claim, outcome: Outcome, retries: Retries) -> Outcome:
    """Return an outcome with the policy's delay, or as one that is not tried again.

    It is left as it is where there is no policy, the task or the handler named a delay, or no attempt is left.

    Args:
        policy: The app's.
        claim: The attempt that ended.
        outcome: What it came to.
        retries: The task's own rules; its `max_delay` bounds the policy's delay too.
    """
    match outcome:
        case Failed(retryable=True, delay=None) if claim.attempt < claim.max_attempts and not retries.delays:
            return outcome if policy is None else _ask(policy, claim, outcome, retries)
    return outcome


def _ask(policy: RetryPolicy, claim: Claim, failed: Failed, retries: Retries) -> Failed:
    meta, cause = _meta(claim), RuntimeError(failed.error) if failed.cause is None else failed.cause
    try:
        answer = policy.delay_for(attempt=claim.attempt, job_meta=meta, exc=cause)
        seconds = None if answer is None else check_seconds("delay_for", answer)
    except BaseException as error:  # whatever a user's policy does, the worker goes on
        facts = {"job_id": meta.job_id, "task": claim.task, "attempt": claim.attempt}
        logger.error("retry policy failed: job %s of task %s", claim.id, claim.task, extra=facts, exc_info=error)
        seconds = FALLBACK.delay_for(attempt=claim.attempt, job_meta=meta, exc=cause)
    if seconds is None:
        reason = "permanent_failure" if failed.reason == "max_retries_exceeded" else failed.reason
        return replace(failed, retryable=False, reason=reason)
    return replace(
        failed, delay=timedelta(seconds=seconds if retries.max_delay is None else min(seconds, retries.max_delay))
    )


def _meta(claim: Claim) -> JobMeta:
    return JobMeta(
        job_id=str(claim.id),
        job_name=claim.task,
        queue=claim.queue,
        priority=claim.priority,
        attempt=claim.attempt,
        max_attempts=claim.max_attempts,
        created_at=claim.created_at,
        scheduled_at=claim.scheduled_at,
    )
