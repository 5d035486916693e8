"""A line of the worker's log says each fact once."""

import logging
from typing import Any

import pytest

from soniq.cli.log import WithFacts


@pytest.mark.parametrize(
    ("message", "args", "facts", "line"),
    [
        ("claim lost: job %s", (7,), {"job_id": "7", "queue": "mail"}, "claim lost: job 7  queue=mail"),
        ("workers died: %s", ("a, b",), {"workers": ["a", "b"], "error": None}, "workers died: a, b"),
        ("started", (), {"reason": "two words"}, "started  reason='two words'"),
        ("failed: %s", ("two\nlines",), {"error": "two\nlines"}, r"failed: two\nlines"),
    ],
)
def test_a_fact_that_the_message_holds_is_not_repeated(
    message: str, args: tuple[Any, ...], facts: dict[str, Any], line: str
) -> None:
    record = logging.LogRecord("soniq", logging.INFO, "", 0, message, args, None)
    vars(record).update(facts)

    assert WithFacts("%(message)s").format(record) == line


def test_what_a_handler_logs_does_not_repeat_its_job() -> None:
    record = logging.LogRecord("soniq.job", logging.INFO, "", 0, "job 7 of task mail, attempt 1 of 4: sent", (), None)
    vars(record).update(job_id="7", task="mail", queue="slow", attempt=1, max_attempts=4, order=5)

    assert WithFacts("%(message)s").format(record).endswith("attempt 1 of 4: sent  queue=slow order=5")
