"""A worker is asked for what it can do, or the call says why not."""

from typing import Any

import pytest

from soniq import Soniq
from soniq.errors import OptionInvalid


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"queues": "billing"}, r"\['billing'\]"),
        ({"queues": []}, "empty"),
        ({"queues": ["billing\0"]}, "printable"),
        ({"queues": [3]}, "printable"),
        ({"concurrency": 0}, "at least 1"),
        ({"concurrency": True}, "whole number"),
        ({"concurrency": 1.5}, "whole number"),
    ],
)
async def test_a_worker_that_could_run_nothing_is_refused(app: Soniq, asked: dict[str, Any], named: str) -> None:
    with pytest.raises(OptionInvalid, match=named):
        await app.run_worker(run_once=True, **asked)

    with pytest.raises(OptionInvalid, match=named):
        await app.worker(**asked).__aenter__()


def test_an_environment_that_names_no_queue_means_every_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONIQ_QUEUES", "")

    assert Soniq().settings.queues is None
