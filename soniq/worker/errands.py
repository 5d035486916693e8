"""What claiming does beside claiming, each thing in its time."""

import time
from collections.abc import Set
from typing import Final, Protocol
from uuid import UUID

from soniq.claim.take import promote, recall, take_rescued
from soniq.job import Claim
from soniq.pool import Executor
from soniq.worker.attempt import Attempts
from soniq.worker.outbox import Outbox
from soniq.worker.profile import Profile
from soniq.worker.pulse import Pulse
from soniq.worker.slots import Slots

RECALL_SECONDS: Final = 10.0
PROMOTE_SECONDS_BUSY: Final = 1.0
STALE_SECONDS: Final = 1.0  # ten times what is claimed ahead


class Errand(Protocol):
    """Something else that has to be done from time to time."""

    def seconds_left(self) -> float:
        """Say how long it has not to be done."""

    async def run(self) -> None:
        """Do it, if it is due."""


class Errands:
    """Promotes jobs that became due, runs rescued ones, and minds what lies claimed.

    Args:
        db: The claiming line; nothing else is claimed while an errand runs.
        profile: Whose errands.
        slots: What is in hand.
        outbox: What is decided.
        attempts: Hands claims back.
        pulse: Whether what lies claimed is still ours.
    """

    def __init__(  # the parts of one worker, put together in one place
        self, db: Executor, profile: Profile, slots: Slots, outbox: Outbox, attempts: Attempts, pulse: Pulse
    ) -> None:
        self._db = db
        self._profile = profile
        self._slots = slots
        self._outbox = outbox
        self._attempts = attempts
        self._pulse = pulse
        self._promote_at = 0.0
        self._promoted = 0.0
        self._rescued_at = 0.0
        self._recall_at = time.monotonic() + RECALL_SECONDS
        self._rescued_id: UUID | None = None
        self._paused: Set[str] = frozenset()
        self._others: list[Errand] = []

    def add(self, errand: Errand) -> None:
        """Do this too, from now on."""
        self._others.append(errand)

    def pause(self, queues: Set[str]) -> None:
        """Run nothing more of these queues; what lies claimed of them is handed back."""
        self._paused = queues
        self.everything_now()

    def due_in(self, seconds: float) -> None:
        """A job will be due in so long."""
        self._promote_at = min(self._promote_at, time.monotonic() + seconds)

    def promote_often(self) -> None:
        """Nobody wakes a busy worker when a job for soon is enqueued."""
        self._promote_at = min(self._promote_at, self._promoted + PROMOTE_SECONDS_BUSY)

    def look_for_lost_claims(self) -> None:
        """The answer to a claim may have been lost."""
        self._recall_at = 0.0

    def everything_now(self) -> None:
        """Promote and look for rescued jobs at the next run."""
        self._promote_at = self._rescued_at = 0.0

    @property
    def may_claim(self) -> bool:
        """Whether the other workers surely take this one for alive."""
        return self._pulse.fresh

    def seconds_left(self) -> float:
        """Say how long nothing has to be done."""
        due = min(self._promote_at, self._recall_at)
        if self.wants_rescued():
            due = min(due, self._rescued_at)
        left = min([max(0.0, due - time.monotonic()), *(other.seconds_left() for other in self._others)])
        return min(left, STALE_SECONDS / 4) if self._slots.waiting else left

    async def run(self) -> None:
        """Do what is due."""
        self._mind_the_shelf()
        now = time.monotonic()
        if self._rescued_id is not None and not self._holds_rescued():
            self._rescued_id = None
            self._rescued_at = now  # the previous one is settled
        if now >= self._recall_at:
            await self._recall()
        if now >= self._promote_at:
            await self._promote()
        if now >= self._rescued_at and self.wants_rescued():
            await self._take_rescued()
        for other in self._others:
            await other.run()

    def _mind_the_shelf(self) -> None:
        if not self._slots.waiting:
            return
        if self._paused:
            self._attempts.hand_back(self._slots.take_back_of(self._paused), "their queue is paused")
        if not self._pulse.fresh:
            self._attempts.hand_back(self._slots.take_back(), "the worker was cut off from the database")
        elif self._slots.oldest_seconds() > STALE_SECONDS:
            self._slots.pace.correct(STALE_SECONDS)
            self._attempts.hand_back(self._slots.take_back(), "claimed ahead of what the worker could run")

    async def _promote(self) -> None:
        promoted = await promote(self._db, self._profile.schema, self._profile.settings.notify)
        longest = self._profile.settings.poll_interval
        wait = longest if promoted.next_due is None else min(promoted.next_due, longest)
        self._promoted = time.monotonic()
        self._promote_at = self._promoted + max(0.0, wait)

    async def _take_rescued(self) -> None:
        self._rescued_at = time.monotonic() + self._profile.settings.sweep_interval
        for claim in await take_rescued(self._db, self._profile.holder, self._profile.queues, self._paused):
            self.put_rescued(claim)

    def put_rescued(self, claim: Claim) -> None:
        """Take a job in hand whose last worker died, and no other one until it is settled."""
        self._rescued_id = claim.id
        self._slots.put_rescued(claim)

    def wants_rescued(self) -> bool:
        """Whether none is in hand (of two, nobody could say which one killed the worker) and one would run soon."""
        return self._slots.moving and not self._holds_rescued()

    def _holds_rescued(self) -> bool:
        if self._slots.holds_rescued():
            return True
        return self._rescued_id is not None and self._outbox.holds(self._rescued_id)

    async def _recall(self) -> None:
        self._recall_at = time.monotonic() + RECALL_SECONDS
        known = self._slots.ids() + self._outbox.ids()
        for claim in await recall(self._db, self._profile.holder, known):
            if claim.rescued:
                self.put_rescued(claim)
            else:
                self._slots.put([claim])
