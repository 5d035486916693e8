"""A worker claims ahead what it finishes in about 100 ms."""

import pytest

from soniq.worker.pace import Pace


def test_nothing_is_claimed_ahead_before_an_attempt_has_ended() -> None:
    assert Pace(concurrency=10).ahead() == 0


@pytest.mark.parametrize(
    ("seconds", "concurrency", "ahead"),
    [(0.00001, 10, 500), (0.01, 10, 100), (0.01, 1, 10), (0.1, 10, 10), (1, 10, 1), (1, 4, 0), (60, 50, 0)],
)
def test_it_follows_what_an_attempt_takes(seconds: float, concurrency: int, ahead: int) -> None:
    pace = Pace(concurrency)

    pace.learn(seconds)

    assert pace.ahead() == ahead


def test_jobs_that_lay_untouched_correct_it_at_once() -> None:
    pace = Pace(concurrency=10)
    pace.learn(0.0001)

    pace.correct(1.0)

    assert pace.ahead() == 1


def test_one_slow_attempt_among_many_quick_ones_is_forgotten_again() -> None:
    pace = Pace(concurrency=10)
    for seconds in [60.0] + [0.0001] * 200:
        pace.learn(seconds)

    assert pace.ahead() == 500
