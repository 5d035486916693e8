"""Whatever a handler does, its attempt ends with an outcome."""

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from soniq.job import Failed, Finished
from soniq.run import deadline
from tests.run.conftest import Run

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def raiser(error: BaseException, *, sync: bool = False) -> Callable[[], Any]:
    async def asynchronous() -> None:
        raise error

    def synchronous() -> None:
        raise error

    return synchronous if sync else asynchronous


@pytest.mark.parametrize("sync", [False, True])
@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("no"), "ValueError: no"),
        (KeyError(), "KeyError"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (GeneratorExit(), "GeneratorExit"),
        (asyncio.CancelledError("mine"), "CancelledError: mine"),
        (TimeoutError("theirs"), "TimeoutError: theirs"),
        (ExceptionGroup("many", [ValueError("a")]), "ExceptionGroup: many (1 sub-exception)"),
        (Unspeakable(), "Unspeakable: <its text could not be had: RuntimeError>"),
        (ValueError("a\0b \ud800"), "ValueError: a\\x00b \\ud800"),
    ],
)
async def test_any_exception_ends_the_attempt_as_failed(run: Run, error: BaseException, says: str, sync: bool) -> None:
    outcome = await run(raiser(error, sync=sync))

    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.retryable) == (says, True)
    assert "raise error" in outcome.traceback
    assert "soniq/run" not in outcome.traceback
    assert "\0" not in outcome.traceback


async def test_a_stop_iteration_from_a_thread_is_told(run: Run) -> None:
    outcome = await run(raiser(StopIteration(7), sync=True))

    assert isinstance(outcome, Failed)
    assert outcome.error == "StopIteration: 7"


async def test_an_endless_error_is_bounded_with_its_beginning_and_end(run: Run) -> None:
    outcome = await run(raiser(ValueError("begin" + "x" * 1_000_000 + "end")))

    assert isinstance(outcome, Failed)
    assert len(outcome.error) < 2_100
    assert outcome.error.startswith("ValueError: begin")
    assert outcome.error.endswith("end")


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, None),
        ({"a": [1, 2.5]}, {"a": [1, 2.5]}),
        (NOW, NOW.isoformat().replace("+00:00", "Z")),
        (float("nan"), "NaN"),
        ("a\0b", "a\\x00b"),
        ("\ud800", "\\ud800"),
        (Unspeakable, str(Unspeakable)),
    ],
)
async def test_any_result_can_be_stored(run: Run, value: object, stored: object) -> None:
    async def handler() -> object:
        return value

    outcome = await run(handler)

    assert isinstance(outcome, Finished)
    assert (None if outcome.result is None else json.loads(outcome.result)) == stored


async def test_a_huge_result_is_bounded(run: Run) -> None:
    outcome = await run(lambda: "x" * 3_000_000)

    assert isinstance(outcome, Finished)
    assert outcome.result is not None
    assert len(outcome.result) < 300_000


async def test_arguments_that_do_not_fit_fail_for_good(run: Run) -> None:
    async def handler(order_id: int) -> None: ...

    outcome = await run(handler, '{"order_id": "abc"}')

    assert isinstance(outcome, Failed)
    assert (outcome.retryable, outcome.reason) == (False, "invalid_arguments")
    assert "order_id" in outcome.error


async def test_an_attempt_ends_at_its_deadline(run: Run) -> None:
    ended = asyncio.Event()

    async def handler() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    outcome = await run(handler, seconds=0.01)

    assert isinstance(outcome, Failed)
    assert (outcome.reason, ended.is_set()) == ("timeout", True)


async def test_a_handler_that_swallows_the_cancellation_timed_out_all_the_same(run: Run) -> None:
    async def handler() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "in time, surely"
        return "never"

    outcome = await run(handler, seconds=0.01)

    assert isinstance(outcome, Failed)
    assert outcome.reason == "timeout"


async def test_a_handler_that_will_not_end_is_left_behind(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "UNWILLING_SECONDS", 0.01)
    release = asyncio.Event()

    async def handler() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    outcome = await run(handler, seconds=0.01)
    release.set()

    assert isinstance(outcome, Failed)
    assert outcome.reason == "timeout"


async def test_a_thread_that_runs_on_does_not_hold_the_attempt(run: Run) -> None:
    release = threading.Event()

    outcome = await run(release.wait, seconds=0.01)
    release.set()

    assert isinstance(outcome, Failed)
    assert outcome.reason == "timeout"


async def test_an_error_is_one_line_that_a_terminal_shows_as_it_is(run: Run) -> None:
    async def handler() -> None:
        raise ValueError("line one\nline \x1b[31mtwo\x9b\t.")

    outcome = await run(handler)

    assert isinstance(outcome, Failed)
    assert outcome.error == "ValueError: line one\\nline \\x1b[31mtwo\\x9b\\t."
    assert "line one\nline" in outcome.traceback
