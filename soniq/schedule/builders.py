"""Say a rule in words: `every(minutes=5)`, `daily(at="09:00")`, `weekly().on("monday")`, `monthly().on_day(1)`."""

import re
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Final, Self, overload

from soniq.errors import ScheduleInvalid
from soniq.schedule.rule import Cron, Every

At = str | time
CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
DAYS: Final = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
LAST: Final = "last"


@dataclass(frozen=True, slots=True)
class Daily(Cron):
    """Once a day."""

    def at(self, at: At, tz: str | None = None) -> Self:
        """Return the same at a time of day, such as "09:00".

        Args:
            at: Hours and minutes, from "00:00" to "23:59", or a `datetime.time` of whole minutes.
            tz: In which time zone; the one given before, or UTC.

        Raises:
            ScheduleInvalid: It is no time of day, or there is no such zone.
        """
        hour, minute = _clock(at)
        rest = self.expression.split()[2:]
        return replace(self, expression=" ".join([str(minute), str(hour), *rest]), tz=self.tz if tz is None else tz)


@dataclass(frozen=True, slots=True)
class Weekly(Daily):
    """Once a week, or on several of its days."""

    def on(self, *days: str) -> Self:
        """Return the same on these days of the week: "monday", "mon", …

        Raises:
            ScheduleInvalid: One is no day, or none is given.
        """
        numbers = sorted({_weekday(day) for day in days})
        if not numbers:
            raise ScheduleInvalid('`on()` names no day; write `weekly().on("monday")`', on=days)
        minute, hour, *_ = self.expression.split()
        return replace(self, expression=f"{minute} {hour} * * {','.join(map(str, numbers))}")


@dataclass(frozen=True, slots=True)
class Monthly(Daily):
    """Once a month."""

    def on_day(self, day: int | str) -> Self:
        """Return the same on a day of the month, 1 to 31, or "last". A month without that day has no tick.

        Raises:
            ScheduleInvalid: There is no such day.
        """
        whole = isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= 31
        if not whole and day != LAST:
            raise ScheduleInvalid(f'`on_day` is a number from 1 to 31, or "last", not {day!r}', on_day=repr(day))
        minute, hour, *_ = self.expression.split()
        return replace(self, expression=f"{minute} {hour} {'L' if day == LAST else day} * *")


@dataclass(frozen=True, slots=True)
class Count:
    """A number that waits for its unit: `every(5).minutes()`."""

    number: float

    def seconds(self) -> Every:
        """Every so many seconds."""
        return every(seconds=self.number)

    def minutes(self) -> Every:
        """Every so many minutes."""
        return every(minutes=self.number)

    def hours(self) -> Every:
        """Every so many hours."""
        return every(hours=self.number)

    def days(self) -> Every:
        """Every so many days of 24 hours, at midnight in UTC; `daily()` knows time zones."""
        return every(days=self.number)

    def weeks(self) -> Every:
        """Every so many weeks; `weekly()` knows the days."""
        return every(weeks=self.number)


@overload
def every(number: float, /) -> Count: ...
@overload
def every(*, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0, weeks: float = 0) -> Every: ...
def every(
    number: float | None = None,
    /,
    *,
    seconds: float = 0,
    minutes: float = 0,
    hours: float = 0,
    days: float = 0,
    weeks: float = 0,
) -> Count | Every:
    """Tick an equal time apart: `every(minutes=5)`, or `every(5).minutes()`.

    Ticks are counted from 1970 in UTC, so `every(minutes=5)` ticks at :00, :05, :10, whenever it was added.

    Raises:
        ScheduleInvalid: The interval is shorter than a second or longer than 3660 days.
    """
    given = {"seconds": seconds, "minutes": minutes, "hours": hours, "days": days, "weeks": weeks}
    named = {unit: count for unit, count in given.items() if count}
    if number is not None and not named:
        return Count(number)
    if number is not None or not named:
        raise ScheduleInvalid("`every` takes a number or units; write `every(minutes=5)` or `every(5).minutes()`")
    try:
        return Every(timedelta(**named))
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, ScheduleInvalid):
            raise
        raise ScheduleInvalid(f"`every` cannot be {named}; write `every(minutes=5)`", **named) from None


def cron(expression: str, tz: str = "UTC") -> Cron:
    """Tick as a cron expression says, such as "30 9 * * 1-5".

    Args:
        expression: Five words: minute, hour, day, month, weekday.
        tz: The time zone in which they are read.

    Raises:
        ScheduleInvalid: The expression or the time zone cannot be read.
    """
    return Cron(expression, tz)


def daily(at: At = "00:00", tz: str = "UTC") -> Daily:
    """Tick once a day: `daily(at="09:00", tz="Europe/Berlin")`, or `daily().at("09:00")`.

    Exactly once on the days on which the clocks change, too.

    Raises:
        ScheduleInvalid: `at` is no time of day, or there is no such zone.
    """
    return Daily("0 0 * * *", tz).at(at)


def weekly(on: str | None = None, at: At = "00:00", tz: str = "UTC") -> Weekly:
    """Tick once a week, on Monday where no day is named: `weekly().on("friday").at("17:00")`.

    Raises:
        ScheduleInvalid: `on` is no day, `at` no time of day, or there is no such zone.
    """
    return Weekly("0 0 * * 1", tz).on("monday" if on is None else on).at(at)


def monthly(on_day: int | str = 1, at: At = "00:00", tz: str = "UTC") -> Monthly:
    """Tick once a month, on its first day where none is named: `monthly().on_day("last").at("18:00")`.

    Raises:
        ScheduleInvalid: There is no such day, `at` is no time of day, or there is no such zone.
    """
    return Monthly("0 0 1 * *", tz).on_day(on_day).at(at)


def _clock(at: object) -> tuple[int, int]:
    if isinstance(at, time) and at.tzinfo is None and at == at.replace(second=0, microsecond=0):
        return at.hour, at.minute
    found = CLOCK.fullmatch(at) if isinstance(at, str) else None
    if found is None:
        raise ScheduleInvalid(f'at={at!r} is no time of day; write "HH:MM", from "00:00" to "23:59"', at=repr(at))
    return int(found[1]), int(found[2])


def _weekday(day: object) -> int:
    for number, name in enumerate(DAYS):
        if isinstance(day, str) and day.lower() in (name, name[:3]):
            return number
    raise ScheduleInvalid(f'{day!r} is no day of the week; write "monday", "tuesday", …', on=repr(day))
