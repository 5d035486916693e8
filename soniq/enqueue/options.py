"""The options of a call, checked one by one before anything is written."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from soniq.errors import OptionInvalid
from soniq.job.numbers import is_whole
from soniq.task.unique import Unique

When = datetime | timedelta | float | int
PRIORITIES: Final = range(1, 1001)
QUEUE_LENGTH: Final = 200


class Options(NamedTuple):
    """What a call says about its job; None leaves it to the task.

    Attributes:
        queue: Where workers look for it.
        priority: 1 to 1000, lower first.
        scheduled_at: An aware datetime, or how long from now: a timedelta, or seconds.
        concurrency_key: What it shares a limit with others by.
        concurrency: Jobs of that key at once, over all workers.
        unique: True, False or a `Unique`: whether another one like it keeps it from being written.
        dedup_key: By what it is like another one of its task.
    """

    queue: str | None = None
    priority: int | None = None
    scheduled_at: When | None = None
    concurrency_key: str | None = None
    concurrency: int | None = None
    unique: bool | Unique | None = None
    dedup_key: str | None = None


def check_queue(queue: object) -> str:
    """Return a queue's name.

    Raises:
        OptionInvalid: It is no text, empty, too long, or has characters that Postgres cannot store.
    """
    if not isinstance(queue, str) or not 0 < len(queue) <= QUEUE_LENGTH or not queue.isprintable():
        raise OptionInvalid(
            f"`queue` must be printable text of 1 to {QUEUE_LENGTH} characters, not {queue!r}", option="queue"
        )
    return queue


def check_priority(priority: object) -> int:
    """Return a priority.

    Raises:
        OptionInvalid: It is no whole number from 1 to 1000.
    """
    if not is_whole(priority) or priority not in PRIORITIES:
        raise OptionInvalid(
            f"`priority` must be a whole number from 1 to 1000, lower first, not {priority!r}",
            option="priority",
        )
    return priority


def check_when(when: object) -> tuple[datetime | None, timedelta | None]:
    """Return the moment, or how long from now by the database's clock; one of them is None.

    Raises:
        OptionInvalid: A naive datetime or one that UTC has not, a negative or endless delay, or something else.
    """
    if when is None:
        return None, None
    match when:
        case datetime():
            return _moment(when), None
        case timedelta():
            return None, _delay(when)
        case bool():
            pass
        case int() | float():
            return None, _delay(_seconds(when))
    raise OptionInvalid(
        f"`scheduled_at` must be an aware datetime, a timedelta or seconds, not {when!r}",
        option="scheduled_at",
    )


def _moment(when: datetime) -> datetime:
    if when.utcoffset() is None:
        raise OptionInvalid(
            f"`scheduled_at` has no time zone: {when!r}; write `datetime.now(UTC)` or add `tzinfo=`",
            option="scheduled_at",
        )
    try:
        return when.astimezone(UTC)
    except OverflowError as error:  # Postgres would store it, and no worker could read its row
        raise OptionInvalid(
            f"`scheduled_at` is outside the years 1 to 9999 of UTC: {when!r}", option="scheduled_at"
        ) from error


def _seconds(seconds: float) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except (OverflowError, ValueError) as error:
        raise OptionInvalid(f"`scheduled_at` cannot be {seconds!r} seconds", option="scheduled_at") from error


def _delay(delay: timedelta) -> timedelta:
    if not timedelta() <= delay <= timedelta(days=36_500):
        raise OptionInvalid(
            f"`scheduled_at` must be from 0 to 100 years from now, not {delay!r}", option="scheduled_at"
        )
    return delay
