"""Leaders in a database without a worker, and schedules whose ticks are near or long past."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from soniq import Soniq
from soniq.identity import new_id
from soniq.worker.leader import Leader
from soniq.worker.line import Line
from soniq.worker.profile import introduce

NewLeader = Callable[..., Leader]
Missed = Callable[[str, str], Awaitable[None]]


@pytest.fixture
async def new_leader(app: Soniq) -> AsyncIterator[NewLeader]:
    """Give a function that makes a leader on a connection of its own: the same process once more, or a rival."""
    lines: list[Line] = []
    same = introduce(new_id(), app.settings, None, 1)

    def make(rival: bool = False) -> Leader:
        lines.append(Line(pool))
        who = introduce(new_id(), app.settings, None, 1) if rival else same
        return Leader(lines[-1], who, app.registry.schedules)

    pool = await app.opened()
    yield make
    for line in lines:
        await line.close()


@pytest.fixture
def moved_back(other: Any) -> Missed:
    """Give a function that moves a schedule's next tick back, as if nobody had minded it, or the clock had jumped."""

    async def move(name: str, by: str) -> None:
        move_it = "update soniq.schedules set next_at = date_trunc('hour', now()) - $2::text::interval where name = $1"
        assert await other.execute(move_it, name, by) == "UPDATE 1"

    return move


async def ticks(connection: Any) -> list[Any]:
    """Return the ticks that have a job, oldest first."""
    return [row[0] for row in await connection.fetch("select scheduled_at from soniq.jobs order by scheduled_at")]
