"""The jobs in a worker's hands: those that run, and those that lie claimed until a slot is free."""

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence, Set
from typing import Any
from uuid import UUID

from soniq.job import Claim
from soniq.lending import lend_nothing
from soniq.worker.bell import Bell
from soniq.worker.pace import Pace

Attempt = Callable[[Claim], Coroutine[Any, Any, None]]


class Slots:
    """Runs at most `concurrency` attempts, each as a task with a context of its own.

    Args:
        concurrency: Jobs at once.
        attempt: What to do with a claim; it must not raise.
        bell: Rung when there is room for a batch, and when everything is done.
    """

    def __init__(self, concurrency: int, attempt: Attempt, bell: Bell) -> None:
        self.concurrency = concurrency
        self.pace = Pace(concurrency)
        self.started = 0
        self._bell = bell
        self._attempt = attempt
        self._shelf: deque[tuple[Claim, float]] = deque()
        self._running: dict[int, tuple[Claim, asyncio.Task[None]]] = {}  # by the claim's identity
        self._context = contextvars.copy_context()
        self._context.run(lend_nothing)  # whose transaction the worker was started in is not the handlers'
        self._closed = False
        self._ring_at = 0
        self._rescued = 0
        self._loop = asyncio.get_running_loop()

    @property
    def held(self) -> int:
        """How many jobs are in hand, running or not."""
        return len(self._running) + len(self._shelf)

    @property
    def taken(self) -> int:
        """How many attempts were begun, or will be when a slot is free."""
        return self.started + len(self._shelf)

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand."""
        return not self._running and not self._shelf

    @property
    def waiting(self) -> bool:
        """Whether something lies claimed that has not begun."""
        return bool(self._shelf)

    @property
    def moving(self) -> bool:
        """Whether what comes first would run soon: a slot is free, or attempts are short."""
        return len(self._running) < self.concurrency or self.pace.ahead() > 0

    def room(self) -> int:
        """Say how many jobs to claim now: none until a good batch fits, or a slot is free."""
        ahead = 0 if self.holds_rescued() else self.pace.ahead()
        self._ring_at = ahead // 2
        if len(self._running) >= self.concurrency and len(self._shelf) > self._ring_at:
            return 0
        return max(0, self.concurrency + ahead - self.held)

    def put(self, claims: Iterable[Claim]) -> None:
        """Take claims in hand, behind those that lie here."""
        now = time.monotonic()
        self._shelf.extend((claim, now) for claim in claims)
        self._fill()

    def put_first(self, claims: Sequence[Claim]) -> None:
        """Take claims in hand that others may wait for, in front of those that lie here."""
        now = time.monotonic()
        self._shelf.extendleft((claim, now) for claim in reversed(claims))
        self._fill()

    def put_rescued(self, claim: Claim) -> None:
        """Take a job in hand whose last worker died; it runs as soon as a slot is free."""
        self._rescued += 1
        self._shelf.appendleft((claim, time.monotonic()))
        self._fill()

    def take_back(self) -> list[Claim]:
        """Give away what has not begun."""
        claims = [claim for claim, _ in self._shelf]
        self._shelf.clear()
        self._rescued -= sum(claim.rescued for claim in claims)
        return claims

    def take_back_of(self, queues: Set[str]) -> list[Claim]:
        """Give away what has not begun and came from these queues."""
        claims = [claim for claim, _ in self._shelf if claim.queue in queues]
        if claims:
            self._shelf = deque(entry for entry in self._shelf if entry[0].queue not in queues)
            self._rescued -= sum(claim.rescued for claim in claims)
        return claims

    def oldest_seconds(self) -> float:
        """Say how long the first one has lain here without a slot."""
        return time.monotonic() - self._shelf[0][1] if self._shelf else 0.0

    def holds_rescued(self) -> bool:
        """Whether a job is in hand whose last worker died."""
        return self._rescued > 0

    def ids(self) -> list[UUID]:
        """Name every job in hand."""
        return [claim.id for claim, _ in self._shelf] + [claim.id for claim, _ in self._running.values()]

    def close(self) -> list[Claim]:
        """Start nothing more; give away what has not begun."""
        self._closed = True
        return self.take_back()

    async def cancel(self) -> None:
        """Cancel every attempt that still runs."""
        await asyncio.sleep(0)  # a task that is cancelled before its first step would say nothing
        for _, task in self._running.values():
            task.cancel()

    async def finished(self, seconds: float | None) -> bool:
        """Wait for the running attempts, at most so long; say whether all have ended."""
        if self._running:
            await asyncio.wait([task for _, task in self._running.values()], timeout=seconds)
        return not self._running

    def _fill(self) -> None:
        while self._shelf and len(self._running) < self.concurrency and not self._closed:
            claim, _ = self._shelf.popleft()
            # A task and a context of its own, so that nothing a handler sets or cancels reaches the next one.
            task = asyncio.Task(self._run(claim), loop=self._loop, context=self._context.copy())
            self._running[id(claim)] = (claim, task)
            self.started += 1

    async def _run(self, claim: Claim) -> None:
        began = time.monotonic()
        try:
            await self._attempt(claim)
        finally:
            self.pace.learn(time.monotonic() - began)
            del self._running[id(claim)]
            self._rescued -= claim.rescued
            self._fill()
            if len(self._shelf) <= self._ring_at:
                self._bell.ring()
