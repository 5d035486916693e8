"""Turn ticks into jobs: who leads, what is due, and the statement that writes each tick's job once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from soniq.pool import Executor
from soniq.schedule.missed import Decision, decide
from soniq.schedule.rule import EPOCH, Cron, Every, Rule
from soniq.sql import in_schema, statement

LEAD: Final = statement("schedule", "lead")
STEP_DOWN: Final = statement("schedule", "step_down")
RENEW: Final = statement("schedule", "renew")
SOONEST: Final = statement("schedule", "soonest")
ADVANCE: Final = statement("schedule", "advance")

AT_ONCE: Final = 100
# A running worker says every 20 seconds which schedules its code declares; after a minute without it they rest.
RENEW_SECONDS: Final = 20.0
RENEWED_SECONDS: Final = 10.0
ORPHANED_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A schedule as the leader read it.

    Attributes:
        id: For its jobs' ids.
        name: Its key.
        version: New with each change.
        cron: When it ticks; None where `every` says it.
        tz: The cron's time zone.
        every: When it ticks; None where `cron` says it.
        missed: What becomes of missed ticks.
        after_at: Where `next_at` is None: the first tick is the first one after this.
        next_at: The first tick that is not decided yet.
        now: By the database's clock, as it was read.
    """

    id: UUID
    name: str
    version: UUID
    cron: str | None
    tz: str | None
    every: timedelta | None
    missed: str
    after_at: datetime
    next_at: datetime | None
    now: datetime

    @property
    def is_due(self) -> bool:
        """Whether it has to be minded now."""
        return self.next_at is None or self.next_at <= self.now


async def lead(db: Executor, schema: str, who: UUID, seconds: float) -> bool:
    """Become or stay the leader for so long; say whether it worked."""
    return bool(await db.fetch(in_schema(LEAD, schema), who, seconds))


async def step_down(db: Executor, schema: str, who: UUID) -> None:
    """Leave the lead to whoever asks next."""
    await db.fetch(in_schema(STEP_DOWN, schema), who)


async def renew(db: Executor, schema: str, names: Sequence[str]) -> None:
    """Say that these are still declared by a running worker's code."""
    await db.fetch(in_schema(RENEW, schema), list(names), RENEWED_SECONDS)


async def soonest(db: Executor, schema: str) -> list[Waiting]:
    """Read the schedules that tick next, soonest first, 100 at most."""
    rows = await db.fetch(in_schema(SOONEST, schema), ORPHANED_SECONDS, AT_ONCE)
    return [Waiting(*row) for row in rows]


def rule_of(cron: str | None, tz: str | None, every: timedelta | None) -> Rule:
    """Make the rule that a row says.

    Raises:
        ScheduleInvalid: This machine cannot read it: it does not know the time zone.
    """
    return Every(every) if every is not None else Cron(cron or "", tz or "")


def decide_about(waiting: Waiting) -> Decision:
    """Say what becomes of a schedule's due ticks.

    Raises:
        ScheduleInvalid: This machine cannot read its rule.
    """
    rule = rule_of(waiting.cron, waiting.tz, waiting.every)
    due_at = waiting.next_at or rule.after(waiting.after_at)
    return decide(rule, waiting.missed, due_at, waiting.now)


async def advance(db: Executor, schema: str, waiting: Waiting, decision: Decision, notify: str) -> int | None:
    """Write the jobs of the chosen ticks, and move the schedule to the one that follows.

    Args:
        db: Commits by itself.
        schema: In which installation.
        waiting: As it was read.
        decision: About it.
        notify: `on` to wake workers.

    Returns:
        How many jobs were written; None where another leader moved it, or somebody changed it, since it was read.
    """
    ids = [job_id(waiting.id, tick) for tick in decision.ticks]
    [row] = await db.fetch(
        in_schema(ADVANCE, schema),
        waiting.name,
        waiting.version,
        waiting.next_at,
        decision.following,
        ids,
        list(decision.ticks),
        notify,
    )
    return int(row["written"]) if row["moved"] else None


def job_id(schedule: UUID, tick: datetime) -> UUID:
    """Return the id of a tick's job: the same whoever makes it, and in time order as every other id.

    Laid out as a UUIDv7 whose random bits are a hash. Source: RFC 9562, sections 5.7 and 5.8.
    """
    milliseconds = (tick - EPOCH) // timedelta(milliseconds=1)
    digest = hashlib.sha256(schedule.bytes + tick.isoformat().encode()).digest()
    chance = int.from_bytes(digest[:10]) >> 6  # 74 bits
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (chance >> 62) << 64 | 0b10 << 62 | chance & (1 << 62) - 1)
