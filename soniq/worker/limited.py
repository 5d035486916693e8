"""Claim what stands under a limit, in turn with what does not, and pass on what becomes free."""

import time
from collections.abc import Iterable, Sequence, Set
from typing import Final
from uuid import UUID

from soniq.claim.limited import Survey, survey_limits, take_keyed, take_limited, wake_waiting
from soniq.job import Claim
from soniq.pool import Executor
from soniq.worker.errands import Errands
from soniq.worker.profile import Profile
from soniq.worker.slots import Slots

BUSY_SECONDS: Final = 0.25  # between looks of a worker that has other things to do
SPACING: Final = 10
NOTHING: Final = Survey((), frozenset())


class Limited:
    """The part of claiming that counts over all workers.

    A job that counts is not claimed ahead of its turn: it would keep its key from others while it lies here.

    Args:
        db: The claiming line.
        profile: Who claims.
        slots: Where claims go.
        errands: Says whether a job may be taken that killed its worker.
    """

    def __init__(self, db: Executor, profile: Profile, slots: Slots, errands: Errands) -> None:
        self._db = db
        self._profile = profile
        self._slots = slots
        self._errands = errands
        self._notify = profile.settings.notify == "on"
        self._found = NOTHING
        self._look_at = 0.0
        self._gives_way = False
        self._behind: dict[str, str] = {}  # where the walk through a queue's keys goes on
        self._held: dict[UUID, tuple[str, str | None]] = {}  # queue and key
        self._freed: set[tuple[str, str | None]] = set()
        self._paused: Set[str] = frozenset()

    def pause(self, queues: Set[str]) -> None:
        """Take nothing from these queues, until other ones are given."""
        self._paused = queues
        self.stale()

    def stale(self) -> None:
        """Look again before the next claim."""
        self._look_at = 0.0

    def due(self) -> bool:
        """Whether to look before the plain claims; after a batch that took all the room, those come first."""
        if self._gives_way:
            self._gives_way = False
            return False
        return time.monotonic() >= self._look_at

    def has_limit(self, queue: str) -> bool:
        """Whether the plain claim must leave a queue alone."""
        return queue in self._found.limited

    def written(self, ids: Iterable[UUID]) -> bool:
        """Learn what is no longer in hand; say whether something counted that is free now."""
        freed = [self._held.pop(job_id) for job_id in ids if job_id in self._held] if self._held else []
        self._freed.update(freed)
        if freed:
            self.stale()
        return bool(freed)

    async def claim(self, room: int) -> int:
        """Take jobs that have a key; say how many came."""
        began = time.monotonic()
        self._found = await survey_limits(self._db, self._profile.schema, self._profile.queues)
        self._behind = {queue: key for queue, key in self._behind.items() if queue in self._found.keyed}
        claimed = 0
        for queue in self._found.keyed:
            if claimed < room and queue not in self._paused:
                claimed += await self._walk(queue, min(room - claimed, self._slots.concurrency))
        self._gives_way = 0 < claimed >= room
        now = time.monotonic()
        self._look_at = 0.0 if self._gives_way else now + max(BUSY_SECONDS, SPACING * (now - began))
        return claimed

    async def claim_plain(self, queue: str, room: int) -> int:
        """Take jobs without a key of a queue that has a limit."""
        limit = min(room, self._slots.concurrency)
        claims = await take_limited(self._db, self._profile.holder, queue, limit)
        self._put(claims, [None] * len(claims))
        return len(claims)

    async def wake_others(self) -> None:
        """Wake who sleeps where something became free that this worker did not take itself."""
        if not self._freed or not self._notify:
            return
        freed, self._freed = self._freed, set()
        keys = [key for _, key in freed if key is not None]
        queues = [queue for queue, _ in freed if self.has_limit(queue)]
        if keys or queues:
            await wake_waiting(self._db, self._profile.schema, keys, queues)

    async def _walk(self, queue: str, limit: int) -> int:
        """Walk on through the keys until something comes, once round at most."""
        began_at = self._behind.get(queue, "")
        behind, came = began_at, 0
        while not came:
            taken = await take_keyed(self._db, self._profile.holder, queue, limit, behind)
            self._put(taken.claims, taken.keys)
            suspects = await self._take_suspect(queue, behind) if taken.suspects else 0
            came = len(taken.claims) + suspects
            behind = taken.behind
            if not behind:
                if not began_at:
                    break
                began_at = ""  # once more, from the beginning
        self._behind[queue] = behind
        return came

    async def _take_suspect(self, queue: str, behind: str) -> int:
        if not self._errands.wants_rescued():
            return 0
        taken = await take_keyed(self._db, self._profile.holder, queue, 1, behind, suspects=True)
        self._hold(taken.claims, taken.keys)
        for claim in taken.claims:
            self._errands.put_rescued(claim)
        return len(taken.claims)

    def _put(self, claims: Sequence[Claim], keys: Sequence[str | None]) -> None:
        self._hold(claims, keys)
        self._slots.put_first(claims)

    def _hold(self, claims: Sequence[Claim], keys: Sequence[str | None]) -> None:
        for claim, key in zip(claims, keys, strict=True):
            self._held[claim.id] = (claim.queue, key)
