"""When a schedule ticks: its rule, a pure function from instants to instants."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final

from soniq.errors import ScheduleInvalid
from soniq.schedule.cron import check_expression, ticks_after, zone

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SHORTEST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(days=3660)
# To find the last ticks we look back over a window, and over a wider one until enough are in it.
FIRST_WINDOW: Final = timedelta(hours=1)
WIDER: Final = 8


@dataclass(frozen=True, slots=True)
class Cron:
    """Ticks of a cron expression.

    Attributes:
        expression: Five words: minute, hour, day, month, weekday.
        tz: The name of the time zone in which they are read.

    Raises:
        ScheduleInvalid: The expression or the time zone cannot be read.
    """

    expression: str
    tz: str = "UTC"

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", check_expression(self.expression))
        zone(self.tz)

    def __str__(self) -> str:
        return self.expression

    def after(self, instant: datetime) -> datetime:
        """Return the first tick after an instant."""
        return next(ticks_after(self.expression, self.tz, instant))

    def last(self, since: datetime, until: datetime, limit: int) -> list[datetime]:
        """Return the last ticks after `since` and up to `until`, oldest first, at most `limit`."""
        window = FIRST_WINDOW
        while True:
            start = max(since, until - window)
            found = list(takewhile(lambda tick: tick <= until, ticks_after(self.expression, self.tz, start)))
            if len(found) >= limit or start == since:
                return found[-limit:]
            window = min(window * WIDER, until - since)


@dataclass(frozen=True, slots=True)
class Every:
    """Ticks an equal time apart, counted from 1970 in UTC, so that every process agrees on them.

    Attributes:
        interval: From a second to ten years.

    Raises:
        ScheduleInvalid: It is shorter or longer.
    """

    interval: timedelta

    def __post_init__(self) -> None:
        if not SHORTEST <= self.interval <= LONGEST:
            raise ScheduleInvalid(
                f"an interval is from 1 second to 3660 days, not {self.interval!r}; write `every(minutes=5)`",
                every=repr(self.interval),
            )

    def __str__(self) -> str:
        return f"every {self.interval}"

    def after(self, instant: datetime) -> datetime:
        """Return the first tick after an instant."""
        return EPOCH + ((instant - EPOCH) // self.interval + 1) * self.interval

    def last(self, since: datetime, until: datetime, limit: int) -> list[datetime]:
        """Return the last ticks after `since` and up to `until`, oldest first, at most `limit`."""
        newest = (until - EPOCH) // self.interval
        back = (EPOCH + (newest - step) * self.interval for step in range(limit))
        return list(takewhile(lambda tick: tick > since, back))[::-1]


Rule = Cron | Every
