"""Bring claims to the slots while there is room, and sleep while nothing is ready."""

import time
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from soniq.claim.take import find_ready, take
from soniq.pool import Executor
from soniq.worker.bell import Bell
from soniq.worker.errands import Errands
from soniq.worker.limited import Limited
from soniq.worker.outbox import Outbox
from soniq.worker.profile import Profile
from soniq.worker.rota import Rota
from soniq.worker.sleeper import Sleeper
from soniq.worker.slots import Slots

MEANWHILE: Final = 0.05  # seconds between looks while what runs may bring more


class Feed:
    """The claiming half of a worker.

    Args:
        db: A line that claims and nothing else.
        profile: Who claims.
        slots: Where claims go.
        outbox: Tells when to stop claiming until the database has caught up.
        errands: Done in between.
        bell: Rung for news of any kind.
    """

    def __init__(  # the parts of one worker, put together in one place
        self, db: Executor, profile: Profile, slots: Slots, outbox: Outbox, errands: Errands, bell: Bell
    ) -> None:
        settings = profile.settings
        self._db = db
        self._profile = profile
        self._slots = slots
        self._outbox = outbox
        self._errands = errands
        self._bell = bell
        self._limited = Limited(db, profile, slots, errands)
        self._rota = Rota(profile.queues, profile.weights)
        self._sleeper = Sleeper(db, profile.id, profile.schema, profile.queues, settings.poll_interval)
        self._notify = profile.listens
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether it claims nothing more."""
        return self._stopping

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self._bell.ring()

    def heard(self, queue: str | None) -> None:
        """Something was enqueued; None where it may have been, anywhere."""
        if queue is None:
            self._rota.stale()
            self._sleeper.forget()  # the server may have restarted: it forgot who sleeps
        else:
            self._rota.heard(queue)
        self._limited.stale()
        self._errands.due_in(0.0)
        self._sleeper.woken()
        self._bell.ring()

    def written(self, ids: Iterable[UUID]) -> None:
        """These jobs are no longer in hand; who waits for their keys or queues may start."""
        if self._limited.written(ids):
            self._rota.stale()
        self._bell.ring()

    def pause(self, queues: Set[str]) -> None:
        """Claim nothing from these queues, and hand back what lies claimed of them."""
        self._rota.pause(queues)
        self._limited.pause(queues)
        self._errands.pause(queues)
        self._rota.stale()
        self._sleeper.woken()
        self._bell.ring()

    def look_at_everything(self) -> None:
        """A sweep found jobs of a dead worker, or this one was taken for dead itself."""
        self._errands.everything_now()
        self.heard(None)

    async def run(self) -> None:
        """Claim until stopped.

        Raises:
            DatabaseUnreachable: The connection was lost; run it again.
        """
        with self._doubting():
            while not self._stopping:
                await self._step()

    async def run_until_nothing_is_left(self, limit: int | None = None) -> None:
        """Claim until nothing is ready, nothing runs and everything is written.

        Args:
            limit: Jobs to claim at most; a dead worker's job may come on top.

        Raises:
            DatabaseUnreachable: The connection was lost; run it again.
        """
        with self._doubting():
            while not self._stopping:
                calm, started = self._calm(), self._slots.started
                if calm:
                    self._errands.everything_now()
                    self._look_again()
                await self._errands.run()
                room = self._room() if limit is None else min(self._room(), limit - self._slots.taken)
                claimed = await self._claim(room) if room > 0 else 0
                await self._limited.wake_others()
                # What was taken beside the claim may have ended by now, and others of its kind still wait.
                if calm and not claimed and self._calm() and self._slots.started == started:
                    return
                await self._bell.wait(0.0 if claimed else MEANWHILE)

    @contextmanager
    def _doubting(self) -> Iterator[None]:
        """After an error, look whether something was claimed in our name whose answer was lost."""
        try:
            yield
        except Exception:
            self._errands.look_for_lost_claims()
            raise

    async def _step(self) -> None:
        await self._errands.run()
        room = self._room()
        claimed = await self._claim(room) if room else 0
        await self._limited.wake_others()
        if claimed:
            self._sleeper.woken()
            await self._stay_up()
        elif room:
            await self._sleep()
        else:
            await self._stay_up()
            await self._bell.wait(min(self._errands.seconds_left(), self._sleeper.seconds_registered()))

    def _room(self) -> int:
        if self._outbox.full or not self._errands.may_claim:
            return 0
        return self._slots.room()

    def _calm(self) -> bool:
        return self._slots.idle and not self._outbox.unsettled

    async def _sleep(self) -> None:
        if self._notify and await self._sleeper.lie_down():
            self._look_again()
            return  # look once more: who enqueued before the row was there did not wake us
        await self._bell.wait(min(self._sleeper.pause(), self._errands.seconds_left()))

    async def _stay_up(self) -> None:
        self._errands.promote_often()
        if self._notify:
            await self._sleeper.stay_up()

    async def _claim(self, room: int) -> int:
        """Ask one queue after the other until there is no more room; say how many jobs came."""
        looked = self._limited.due()
        claimed = await self._limited.claim(room) if looked else 0
        await self._look_around()
        for queue in self._rota.turn():
            if claimed < room and not self._stopping:
                claimed += await self._claim_from(queue, room - claimed)
        if not claimed and not looked:
            claimed = await self._limited.claim(room)
        return claimed

    def _look_again(self) -> None:
        self._rota.stale()
        self._limited.stale()

    async def _claim_from(self, queue: str, limit: int) -> int:
        if self._limited.has_limit(queue):
            return await self._claim_limited(queue, limit)
        mark = self._rota.mark(queue)
        start = mark.start(time.monotonic())
        claims, took = await take(self._db, self._profile.holder, queue, limit, start)
        mark.saw(start, claims, limit, took, time.monotonic())
        self._slots.put(claims)
        if len(claims) < limit:
            self._rota.emptied(queue)
        return len(claims)

    async def _claim_limited(self, queue: str, limit: int) -> int:
        claimed = await self._limited.claim_plain(queue, limit)
        if claimed < limit:
            self._rota.emptied(queue)
        return claimed

    async def _look_around(self) -> None:
        began = time.monotonic()
        if self._rota.due(began):
            found = await find_ready(self._db, self._profile.schema, self._profile.queues)
            self._rota.looked(found, time.monotonic() - began, time.monotonic())
