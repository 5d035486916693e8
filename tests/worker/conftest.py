"""The claiming half of one worker, step by step, on a real queue; its attempts end when they are told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from soniq import Soniq
from soniq.identity import new_id
from soniq.job import Claim
from soniq.worker.attempt import Attempts
from soniq.worker.bell import Bell
from soniq.worker.effects import Reach
from soniq.worker.errands import Errands
from soniq.worker.feed import Feed
from soniq.worker.line import Line
from soniq.worker.outbox import Outbox
from soniq.worker.profile import Profile, introduce
from soniq.worker.pulse import Pulse
from soniq.worker.slots import Slots


@dataclass(frozen=True)
class Parts:
    """What claims, and what it knows."""

    profile: Profile
    line: Line
    bell: Bell
    pulse: Pulse
    outbox: Outbox
    attempts: Attempts
    slots: Slots
    errands: Errands
    feed: Feed


@pytest.fixture
async def parts(migrated_url: str) -> AsyncIterator[Parts]:
    """Put the parts together for a worker of concurrency 2 that hardly looks by itself, and is not started."""
    finish = asyncio.Event()

    async def attempt(claim: Claim) -> None:
        await finish.wait()

    async with Soniq(migrated_url, poll_interval=60, sweep_interval=60) as app:
        profile, bell, pulse = introduce(new_id(), app.settings, None, 2), Bell(), Pulse(timeout=30)
        pool = await app.opened()
        line = Line(pool)
        outbox = Outbox(line, "soniq", lambda _: None)
        reach = Reach(pool, "soniq", app)
        attempts, slots = Attempts(profile, app.registry, outbox, pulse, reach), Slots(2, attempt, bell)
        errands = Errands(line, profile, slots, outbox, attempts, pulse)
        feed = Feed(line, profile, slots, outbox, errands, bell)
        yield Parts(profile, line, bell, pulse, outbox, attempts, slots, errands, feed)
        finish.set()
        await slots.finished(5)
        await attempts.close()
        await line.close()
