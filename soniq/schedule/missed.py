"""What becomes of the ticks that are due, the missed ones among them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from soniq.errors import OptionInvalid
from soniq.schedule.rule import Rule

CHOICES: Final = ("latest", "catch_up", "skip")
CATCH_UP_TICKS: Final = 1000
# A tick this late is on time: a leader was replaced, a deploy was under way.
GRACE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a schedule.

    Attributes:
        ticks: Each becomes a job; oldest first.
        following: The next tick, in the future.
        left_out: Whether ticks came due and become no job.
    """

    ticks: tuple[datetime, ...]
    following: datetime
    left_out: bool


def check_missed(missed: object) -> str:
    """Return a choice of what becomes of missed ticks.

    Raises:
        OptionInvalid: There is no such choice.
    """
    if not isinstance(missed, str) or missed not in CHOICES:
        raise OptionInvalid(f"`missed` must be one of {', '.join(CHOICES)}, not {missed!r}", option="missed")
    return missed


def decide(rule: Rule, missed: str, due_at: datetime, now: datetime) -> Decision:
    """Choose the ticks that become jobs.

    Args:
        rule: When the schedule ticks.
        missed: `latest`: one job, for the last tick that is due. `skip`: the same, but none where that tick is
            more than 60 seconds late. `catch_up`: one job a tick, for the last 1000 that are due.
        due_at: The next tick that has not been decided yet, whatever the rule says now.
        now: By the database's clock.
    """
    if due_at > now:
        return Decision((), due_at, False)
    limit = CATCH_UP_TICKS if missed == "catch_up" else 1
    last = [due_at, *rule.last(due_at, now, limit + 1)]
    ticks = last[-limit:]
    if missed == "skip" and now - ticks[-1] > GRACE:
        ticks = []
    return Decision(tuple(ticks), rule.after(now), len(last) > len(ticks))
