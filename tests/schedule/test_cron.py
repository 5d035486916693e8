"""When rules tick: tables, the days on which clocks change, and what any rule must do."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as any_of

from soniq.errors import ScheduleInvalid
from soniq.schedule.cron import ticks_after
from soniq.schedule.rule import Cron, Every, Rule

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
TICKS = [
    # expression, zone, after (UTC), the ticks that follow (UTC)
    ("30 9 * * 1-5", "UTC", "2026-05-01 09:29", ["2026-05-01 09:30", "2026-05-04 09:30"]),
    ("30 9 * * 1-5", "UTC", "2026-05-01 09:30", ["2026-05-04 09:30"]),
    ("0 9 * * *", BERLIN, "2026-01-01 00:00", ["2026-01-01 08:00", "2026-01-02 08:00"]),
    ("0 9 * * *", BERLIN, "2026-07-01 00:00", ["2026-07-01 07:00"]),
    ("0 0 29 2 *", "UTC", "2026-01-01 00:00", ["2028-02-29 00:00"]),
    ("0 12 L * *", "UTC", "2026-02-01 00:00", ["2026-02-28 12:00", "2026-03-31 12:00"]),
    ("0 8 * * MON#1", "UTC", "2026-01-01 00:00", ["2026-01-05 08:00", "2026-02-02 08:00"]),
    # Berlin, 29 March 2026: 02:00 becomes 03:00, which is 01:00 UTC.
    ("30 2 * * *", BERLIN, "2026-03-28 02:00", ["2026-03-29 01:00", "2026-03-30 00:30"]),
    ("0 2 * * *", BERLIN, "2026-03-28 02:00", ["2026-03-29 01:00", "2026-03-30 00:00"]),
    ("0,30 2 * * *", BERLIN, "2026-03-28 02:00", ["2026-03-29 01:00", "2026-03-30 00:00", "2026-03-30 00:30"]),
    ("0 3 * * *", BERLIN, "2026-03-28 02:00", ["2026-03-29 01:00", "2026-03-30 01:00"]),
    ("*/30 * * * *", BERLIN, "2026-03-29 00:29", ["2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30"]),
    ("30 * * * *", BERLIN, "2026-03-29 00:00", ["2026-03-29 00:30", "2026-03-29 01:30"]),
    # Berlin, 25 October 2026: 03:00 becomes 02:00 again, which is 01:00 UTC.
    ("30 2 * * *", BERLIN, "2026-10-24 02:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
    ("30 2 * * *", BERLIN, "2026-10-25 00:30", ["2026-10-26 01:30"]),
    ("30 2 * * *", BERLIN, "2026-10-25 01:10", ["2026-10-26 01:30"]),
    ("0 3 * * *", BERLIN, "2026-10-25 00:00", ["2026-10-25 02:00"]),
    ("*/30 * * * *", BERLIN, "2026-10-25 00:00", [f"2026-10-25 0{t}" for t in ("0:30", "1:00", "1:30", "2:00")]),
    ("30 * * * *", BERLIN, "2026-10-25 00:00", ["2026-10-25 00:30", "2026-10-25 01:30"]),
    # New York, 8 March 2026: 02:00 becomes 03:00, which is 07:00 UTC.
    ("30 2 * * *", NEW_YORK, "2026-03-07 12:00", ["2026-03-08 07:00", "2026-03-09 06:30"]),
    # New York, 1 November 2026: 02:00 becomes 01:00 again, which is 06:00 UTC.
    ("30 1 * * *", NEW_YORK, "2026-10-31 12:00", ["2026-11-01 05:30", "2026-11-02 06:30"]),
    ("30 1 * * *", NEW_YORK, "2026-11-01 05:30", ["2026-11-02 06:30"]),
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("expression", "tz", "after", "expected"), TICKS)
def test_a_cron_ticks_when_the_table_says(expression: str, tz: str, after: str, expected: list[str]) -> None:
    ticks = list(islice(ticks_after(expression, tz, utc(after)), len(expected)))

    assert ticks == [utc(text) for text in expected]


@pytest.mark.parametrize("tz", [BERLIN, NEW_YORK])
@pytest.mark.parametrize("at", ["30 1", "0 2", "15 2", "30 2", "59 2", "0 3"])
def test_a_time_of_day_ticks_exactly_once_each_day_of_the_year(at: str, tz: str) -> None:
    ticks = Cron(f"{at} * * *", tz).last(utc("2025-12-31 12:00"), utc("2026-12-31 12:00"), 1000)

    days = [tick.astimezone(ZoneInfo(tz)).date() for tick in ticks]
    assert len(days) == len(set(days)) == 365


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("0 9 * * * *", "has 6 words; write five words: minute, hour"),
        ("0 9 * * * *", "use `every(seconds=…)`"),
        ("0 9 * *", "has 4 words"),
        ("", "has 0 words"),
        ("61 * * * *", "Bad minute"),
        ("* 25 * * *", "Bad hour"),
        ("* * * * MONDAY", "Bad day-of-week"),
        ("0 0 30 2 *", "Bad day-of-month"),
        ("0 0 31 4 6#5,L", "Bad day-of-week"),
        ("@daily", 'write "0 0 * * *"'),
        (7, "not 7"),
        (None, "not None"),
    ],
)
def test_an_expression_that_cannot_be_read_is_refused_with_what_to_write(expression: object, says: str) -> None:
    with pytest.raises(ScheduleInvalid, match="SONIQ_SCHEDULE_INVALID") as refused:
        Cron(expression)  # type: ignore[arg-type]

    assert says in refused.value.message
    assert "every(minutes=5)" in str(refused.value)


@pytest.mark.parametrize(
    ("tz", "says"),
    [
        ("Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("Europe", "there is no time zone 'Europe'"),
        ("", "there is no time zone ''"),
        ("../etc/passwd", "there is no time zone"),
        (None, "there is no time zone None"),
        ([], "there is no time zone []"),
    ],
)
def test_an_unknown_time_zone_is_refused_with_the_nearest_one(tz: object, says: str) -> None:
    with pytest.raises(ScheduleInvalid) as refused:
        Cron("0 9 * * *", tz)  # type: ignore[arg-type]

    assert says in refused.value.message


RULES: list[Rule] = [
    Cron("30 2 * * *", BERLIN),
    Cron("0,30 1-3 * * *", NEW_YORK),
    Cron("*/7 * * * *", BERLIN),
    Cron("15 */2 * * *", NEW_YORK),
    Cron("0 0 1 * *", BERLIN),
    Every(timedelta(minutes=7)),
    Every(timedelta(days=3)),
]
INSTANTS = any_of.integers(0, 365 * 86_400).map(lambda second: utc("2026-01-01 00:00") + timedelta(seconds=second))


@settings(max_examples=200, deadline=None)
@given(any_of.sampled_from(RULES), INSTANTS, any_of.timedeltas(timedelta(), timedelta(days=9)), any_of.integers(1, 9))
def test_the_last_ticks_are_those_that_come_one_after_the_other(
    rule: Rule, since: datetime, length: timedelta, limit: int
) -> None:
    until = since + length
    walked, tick = [], rule.after(since)
    while tick <= until:
        walked.append(tick)
        tick = rule.after(tick)

    assert rule.last(since, until, limit) == walked[-limit:]
    assert walked == sorted(set(walked))


def test_an_interval_ticks_at_the_same_instants_for_everybody() -> None:
    rule = Every(timedelta(minutes=5))

    assert rule.after(utc("2026-05-01 09:03")) == utc("2026-05-01 09:05")
    assert rule.after(utc("2026-05-01 09:05")) == utc("2026-05-01 09:10")
    assert rule.last(utc("2026-05-01 09:00"), utc("2026-05-01 09:11"), 9) == [
        utc("2026-05-01 09:05"),
        utc("2026-05-01 09:10"),
    ]


@pytest.mark.parametrize("interval", [timedelta(), timedelta(seconds=0.9), timedelta(-1), timedelta(days=3661)])
def test_an_interval_out_of_range_is_refused(interval: timedelta) -> None:
    with pytest.raises(ScheduleInvalid, match="from 1 second to 3660 days"):
        Every(interval)
