"""Rules in words: what each comes to, and what is refused where it is written."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from soniq import cron, daily, every, monthly, weekly
from soniq.errors import ScheduleInvalid
from soniq.schedule.choose import choose
from soniq.schedule.rule import Cron, Every


@pytest.mark.parametrize(
    ("rule", "expression", "tz"),
    [
        (cron("0  9 * * 1-5"), "0 9 * * 1-5", "UTC"),
        (cron("0 9 * * 1-5", tz="Europe/Berlin"), "0 9 * * 1-5", "Europe/Berlin"),
        (daily(), "0 0 * * *", "UTC"),
        (daily(at="09:00", tz="Europe/Berlin"), "0 9 * * *", "Europe/Berlin"),
        (daily().at("9:05"), "5 9 * * *", "UTC"),
        (daily(tz="Asia/Tokyo").at(time(23, 59)), "59 23 * * *", "Asia/Tokyo"),
        (daily().at("09:00", tz="Asia/Tokyo"), "0 9 * * *", "Asia/Tokyo"),
        (weekly(), "0 0 * * 1", "UTC"),
        (weekly().on("Friday").at("17:00"), "0 17 * * 5", "UTC"),
        (weekly().at("17:00").on("sun", "wednesday"), "0 17 * * 0,3", "UTC"),
        (weekly(on="sat", at="06:30"), "30 6 * * 6", "UTC"),
        (monthly(), "0 0 1 * *", "UTC"),
        (monthly().on_day(15).at("12:00"), "0 12 15 * *", "UTC"),
        (monthly(on_day="last", at="18:00", tz="Asia/Tokyo"), "0 18 L * *", "Asia/Tokyo"),
    ],
)
def test_a_calendar_rule_is_a_cron_expression_in_a_time_zone(rule: Cron, expression: str, tz: str) -> None:
    assert (str(rule), rule.tz) == (expression, tz)


@pytest.mark.parametrize(
    ("rule", "interval"),
    [
        (every(minutes=5), timedelta(minutes=5)),
        (every(hours=1, minutes=30), timedelta(minutes=90)),
        (every(10).seconds(), timedelta(seconds=10)),
        (every(5).minutes(), timedelta(minutes=5)),
        (every(2).hours(), timedelta(hours=2)),
        (every(1).days(), timedelta(days=1)),
        (every(2).weeks(), timedelta(weeks=2)),
    ],
)
def test_every_says_an_interval(rule: Every, interval: timedelta) -> None:
    assert rule == Every(interval)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: daily(at="25:00"), "at='25:00' is no time of day; write \"HH:MM\""),
    (lambda: daily().at("09:60"), "is no time of day"),
    (lambda: daily().at("9"), "is no time of day"),
    (lambda: daily().at("09:00:30"), "is no time of day"),
    (lambda: daily().at(time(9, 0, 30)), "is no time of day"),
    (lambda: daily().at(9), "is no time of day"),  # type: ignore[arg-type]
    (lambda: daily(tz="Berlin"), "there is no time zone 'Berlin' here"),
    (lambda: weekly().on("someday"), "'someday' is no day of the week"),
    (lambda: weekly().on(), "names no day"),
    (lambda: monthly().on_day(32), "a number from 1 to 31"),
    (lambda: monthly().on_day(0), "a number from 1 to 31"),
    (lambda: monthly().on_day("first"), 'or "last"'),
    (lambda: every(), "write `every(minutes=5)`"),
    (lambda: every(5, minutes=5), "a number or units"),  # type: ignore[call-overload]
    (lambda: every(0).seconds(), "a number or units"),
    (lambda: every(-5).seconds(), "from 1 second"),
    (lambda: every(minutes="five"), "cannot be"),  # type: ignore[call-overload]
    (lambda: every(days=1e12), "cannot be"),
]


@pytest.mark.parametrize(("build", "says"), REFUSED)
def test_what_cannot_be_read_is_refused_where_it_is_written(build: Callable[[], object], says: str) -> None:
    with pytest.raises(ScheduleInvalid) as refused:
        build()

    assert says in refused.value.message


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"cron": "0 9 * * *"}, Cron("0 9 * * *")),
        ({"cron": "0 9 * * *", "tz": "Asia/Tokyo"}, Cron("0 9 * * *", "Asia/Tokyo")),
        ({"cron": cron("0 9 * * *", "Asia/Tokyo")}, Cron("0 9 * * *", "Asia/Tokyo")),
        ({"cron": every(5).minutes()}, Every(timedelta(minutes=5))),
        ({"every": every(minutes=5)}, Every(timedelta(minutes=5))),
        ({"every": timedelta(minutes=5)}, Every(timedelta(minutes=5))),
        ({"every": 300}, Every(timedelta(minutes=5))),
        ({"rule": every(minutes=5)}, Every(timedelta(minutes=5))),
    ],
)
def test_a_rule_can_be_given_in_each_of_its_ways(given: dict[str, Any], rule: object) -> None:
    assert choose(**{"rule": None, "cron": None, "every": None, "tz": None, **given}) == rule


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "neither `cron` nor `every` is given"),
        ({"cron": "0 9 * * *", "every": 5}, "both `cron` and `every` are given"),
        ({"rule": every(minutes=5), "every": 5}, "exactly one rule"),
        ({"every": every(5)}, "lacks its unit"),
        ({"every": 5, "tz": "Asia/Tokyo"}, "`tz` goes with a cron expression"),
        ({"cron": daily(), "tz": "Asia/Tokyo"}, "give it to the builder"),
        ({"cron": 5}, "`cron` takes text"),
        ({"every": "5"}, "`every` a timedelta or seconds"),
        ({"every": True}, "is no rule"),
        ({"every": float("nan")}, "is no rule"),
        ({"every": 1e300}, "is no rule"),
        ({"every": 0.5}, "from 1 second"),
        ({"rule": "0 9 * * *"}, "is no rule"),
        ({"rule": lambda: None}, "with a rule in parentheses"),
    ],
)
def test_a_call_without_exactly_one_rule_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ScheduleInvalid) as refused:
        choose(**{"rule": None, "cron": None, "every": None, "tz": None, **given})

    assert says in refused.value.message
