"""Do what a handler says about its own job: snooze it, try it again, discard it."""

from datetime import timedelta
from typing import Any, Final

from soniq.job import Discard, Failed, Outcome, Retry, Snooze, Snoozed
from soniq.run.safe_text import describe, storable

REASON_CHARACTERS: Final = 2_000
LONGEST: Final = timedelta(days=36_500)


def obeyed(said: Any, traceback: str) -> Outcome:
    """Turn a `Snooze`, `Retry` or `Discard` into an outcome.

    Args:
        said: What the handler returned or raised.
        traceback: Of what it raised; empty where it returned it.
    """
    kind = type(said)
    try:
        if issubclass(kind, Snooze):
            return Snoozed(_delay(said.seconds), _reason(said.reason))
        if issubclass(kind, Retry):
            delay = None if said.after is None else _delay(said.after)
            return Failed(_error(kind, said.reason), traceback, delay=delay, cause=said)
        if issubclass(kind, Discard):
            error = _error(kind, said.reason)
            return Failed(error, traceback, retryable=False, reason="permanent_failure", cause=said)
    except BaseException as error:  # noqa: BLE001  # the fields hold whatever the handler put there
        told = f"{describe(error)} (in the {kind.__name__} of the handler)"
        return Failed(told, traceback, retryable=False, reason="permanent_failure")
    told = f"TypeError: {kind.__name__} says nothing about the job: use Snooze, Retry or Discard"
    return Failed(told, traceback, retryable=False, reason="permanent_failure")


def _delay(wish: float | timedelta) -> timedelta:
    wished = wish if isinstance(wish, timedelta) else timedelta(seconds=wish)
    return min(max(timedelta(), wished), LONGEST)


def _reason(reason: object) -> str | None:
    return None if reason is None else storable(str(reason), REASON_CHARACTERS)


def _error(kind: type, reason: object) -> str:
    return f"{kind.__name__}: {_reason(reason) or 'no reason given'}"
