"""When a cron expression ticks, in its time zone and through both changes of its clocks.

A time of day that the clocks skip ticks at the moment they go forward; one that they repeat ticks the first
time only. An expression whose minute or hour begins with `*` counts real time instead: it goes on through the
repeated hour, and leaves out what is skipped.
"""

import difflib
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from soniq.errors import ScheduleInvalid

WORDS: Final = 5
FORM: Final = 'five words: minute, hour, day, month, weekday, such as "30 9 * * 1-5"'
NICKNAMES: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# Any will do, and a leap day follows within the 50 years after which the simulator gives up.
SOME_DAY: Final = datetime(2024, 1, 1, tzinfo=UTC)


def check_expression(expression: object) -> str:
    """Return a cron expression with single spaces.

    Raises:
        ScheduleInvalid: It has not five words, one of them is out of range, or it never ticks.
    """
    if not isinstance(expression, str):
        raise ScheduleInvalid(f"a cron expression is text of {FORM}; not {expression!r}", cron=repr(expression))
    text = " ".join(expression.split())
    if text.lower() in NICKNAMES:
        raise ScheduleInvalid(f'cron {text!r} is a nickname; write "{NICKNAMES[text.lower()]}"', cron=text)
    words = len(text.split())
    if words != WORDS:
        seconds = "; there are no seconds in it: use `every(seconds=…)`" if words == WORDS + 1 else ""
        raise ScheduleInvalid(f"cron {text!r} has {words} words; write {FORM}{seconds}", cron=text)
    _check_ticks(text)
    return text


def _check_ticks(text: str) -> None:
    simulator = _simulator()
    try:
        next(simulator.CronSim(text, SOME_DAY))
    except StopIteration:
        raise ScheduleInvalid(f"cron {text!r} never ticks: no day fits it", cron=text) from None
    except (simulator.CronSimError, AssertionError, ValueError) as error:
        raise ScheduleInvalid(f"cron {text!r}: {error or 'it cannot be read'}; write {FORM}", cron=text) from None


def zone(name: object) -> tzinfo:
    """Return a time zone by its name.

    Raises:
        ScheduleInvalid: There is none of that name on this machine; the nearest one is suggested.
    """
    if name == "UTC":
        return UTC  # also where the machine has no time zones
    try:
        return ZoneInfo(name if isinstance(name, str) else "")
    except (KeyError, ValueError, OSError):  # the last one where it names a folder of the system's
        raise ScheduleInvalid(f"there is no time zone {name!r} here; {_advice(name)}", tz=repr(name)) from None


def _advice(name: object) -> str:
    known = available_timezones()
    if not known:
        return "this machine has none at all: `pip install tzdata`"
    near = difflib.get_close_matches(str(name), known, n=1)
    return f"did you mean {near[0]!r}?" if near else 'write one such as "Europe/Berlin", or "UTC"'


def ticks_after(expression: str, time_zone: str, instant: datetime) -> Iterator[datetime]:
    """Give the ticks after an instant, in order, in UTC.

    Args:
        expression: As `check_expression` returned it.
        time_zone: Its name.
        instant: Aware; a tick at this very instant is left out.

    Raises:
        ScheduleInvalid: This machine does not know the time zone.
    """
    latest = instant.astimezone(UTC)
    for local in _simulator().CronSim(expression, latest.astimezone(zone(time_zone))):
        tick = local.astimezone(UTC)
        # Inside a repeated hour the first one is past; two times that are skipped tick at one moment.
        if tick > latest:
            latest = tick
            yield tick


def _simulator() -> Any:
    """Load it when the first cron is met: who only enqueues does not pay for it."""
    return import_module("cronsim")
