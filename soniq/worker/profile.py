"""Who a worker is and what it serves."""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from soniq.claim.take import Holder
from soniq.settings import Settings


@dataclass(frozen=True, slots=True)
class Profile:
    """What every part of one worker has to know.

    Attributes:
        id: Made anew at each start, so a restarted worker is another one.
        settings: As the app read them.
        queues: Which ones it serves, None for every one.
        concurrency: Jobs at once.
        host: Where it runs, for people.
        pid: Its process, for people.
        keeps_session: Whether its connections are sessions of its own, so that it can listen and hold a lock.
        weights: How often a queue is asked first, as against the others; empty for turns.
    """

    id: UUID
    settings: Settings
    queues: tuple[str, ...] | None
    concurrency: int
    host: str
    pid: int
    keeps_session: bool = True
    weights: Mapping[str, int] = field(default_factory=dict)

    @property
    def listens(self) -> bool:
        """Whether whoever enqueues can wake it."""
        return self.keeps_session and self.settings.notify == "on"

    @property
    def schema(self) -> str:
        """The installation's Postgres schema."""
        return self.settings.database_schema

    @property
    def holder(self) -> Holder:
        """In whose name jobs are claimed."""
        return Holder(self.id, self.schema)


def introduce(
    worker_id: UUID,
    settings: Settings,
    queues: Sequence[str] | Mapping[str, int] | None,
    concurrency: int,
    keeps_session: bool = True,
) -> Profile:
    """Make the profile of a worker in this process."""
    return Profile(
        id=worker_id,
        settings=settings,
        queues=None if queues is None else tuple(queues),
        concurrency=concurrency,
        host=socket.gethostname(),
        pid=os.getpid(),
        keeps_session=keeps_session,
        weights=queues if isinstance(queues, Mapping) else {},
    )
