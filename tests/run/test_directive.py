"""A handler says what becomes of its own job: it snoozes, asks for another attempt, or discards it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from soniq import Discard, Retry, Snooze
from soniq.job import Failed, Outcome, Snoozed
from soniq.job.outcome import Directive
from tests.run.conftest import Run

SECONDS_7 = timedelta(seconds=7)
SAID: list[tuple[Directive, Outcome]] = [
    (Snooze(7, "busy"), Snoozed(SECONDS_7, "busy")),
    (Snooze(SECONDS_7), Snoozed(SECONDS_7)),
    (Snooze(-1), Snoozed(timedelta())),
    (Retry(), Failed("Retry: no reason given", "")),
    (Retry(7, "rate limited"), Failed("Retry: rate limited", "", delay=SECONDS_7)),
    (Retry(after=SECONDS_7, reason="nul \0"), Failed("Retry: nul \\x00", "", delay=SECONDS_7)),
    (Discard("no such customer"), Failed("Discard: no such customer", "", False, "permanent_failure")),
]


@pytest.mark.parametrize(("said", "expected"), SAID, ids=lambda one: repr(one))
async def test_what_a_handler_returns_about_its_job_is_done(run: Run, said: Directive, expected: Outcome) -> None:
    assert await run(lambda: said) == expected


@pytest.mark.parametrize(("said", "expected"), SAID, ids=lambda one: repr(one))
async def test_what_a_handler_raises_about_its_job_is_done(run: Run, said: Directive, expected: Outcome) -> None:
    async def handler() -> None:
        raise said

    outcome = await run(handler)

    if isinstance(outcome, Failed):
        assert "raise said" in outcome.traceback
        outcome = replace(outcome, traceback="")
    assert outcome == expected


NONSENSE: list[Callable[[], Directive]] = [
    lambda: Snooze(float("nan")),
    lambda: Snooze("soon"),  # type: ignore[arg-type]  # what a handler may get wrong
    lambda: Retry("soon"),  # type: ignore[arg-type]
    lambda: Retry(1e300),
    lambda: Directive(),
]


@pytest.mark.parametrize("said", NONSENSE)
async def test_what_makes_no_sense_fails_for_good_and_says_so(run: Run, said: Callable[[], Directive]) -> None:
    outcome = await run(said)

    assert isinstance(outcome, Failed)
    assert (outcome.retryable, outcome.reason) == (False, "permanent_failure")
    assert type(said()).__name__ in outcome.error
