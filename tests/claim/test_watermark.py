"""The watermark is used only while claims come back full and slow (rule 5)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from soniq.claim.watermark import Mark, Watermark, mark_of
from soniq.job import Claim

START = datetime(2026, 1, 1, tzinfo=UTC)
FAST, SLOW, VERY_SLOW = 0.001, 0.05, 0.5
LIMIT = 3


def batch(size: int = LIMIT, first: int = 0) -> list[Claim]:
    return [claim(number) for number in range(first, first + size)]


def claim(number: int) -> Claim:
    return Claim(
        UUID(int=number), UUID(int=0), "task", "{}", "default", 100, 1, 4,
        START + timedelta(seconds=number), None, START, rescued=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "took", "marked"),
    [
        (LIMIT, FAST, False),
        (LIMIT, SLOW, True),
        (LIMIT - 1, SLOW, False),
        (0, SLOW, False),
    ],
)
def test_it_begins_when_a_claim_comes_back_full_and_slow(size: int, took: float, marked: bool) -> None:
    watermark = Watermark()

    watermark.saw(None, batch(size), LIMIT, took, now=0)

    assert watermark.start(now=0.01) == (mark_of(batch()[-1]) if marked else None)


def test_it_moves_on_with_each_full_batch_however_quick() -> None:
    watermark = Watermark()
    watermark.saw(None, batch(), LIMIT, SLOW, now=0)

    watermark.saw(watermark.start(0.1), batch(first=3), LIMIT, FAST, now=0.1)

    assert watermark.start(0.2) == Mark(100, START + timedelta(seconds=5), UUID(int=5))


def test_a_short_batch_starts_from_the_beginning_again() -> None:
    watermark = Watermark()
    watermark.saw(None, batch(), LIMIT, SLOW, now=0)

    watermark.saw(watermark.start(0.1), batch(LIMIT - 1, first=3), LIMIT, FAST, now=0.1)

    assert watermark.start(0.2) is None


@pytest.mark.parametrize(
    ("took", "now", "full_scan"),
    [(SLOW, 0.99, False), (SLOW, 1.0, True), (VERY_SLOW, 4.99, False), (VERY_SLOW, 5.0, True)],
)
def test_full_scans_come_back_after_ten_times_their_duration_and_a_second_at_least(
    took: float, now: float, full_scan: bool
) -> None:
    watermark = Watermark()

    watermark.saw(None, batch(), LIMIT, took, now=0)

    assert (watermark.start(now) is None) == full_scan


def test_a_quick_full_scan_ends_it() -> None:
    watermark = Watermark()
    watermark.saw(None, batch(), LIMIT, SLOW, now=0)

    watermark.saw(watermark.start(1.0), batch(first=3), LIMIT, FAST, now=1.0)

    assert watermark.start(1.1) is None
