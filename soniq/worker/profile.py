"""Who a worker is and what it serves."""

import os
import socket
from dataclasses import dataclass
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
    """

    id: UUID
    settings: Settings
    queues: tuple[str, ...] | None
    concurrency: int
    host: str
    pid: int
    keeps_session: bool = True

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
    queues: tuple[str, ...] | None,
    concurrency: int,
    keeps_session: bool = True,
) -> Profile:
    """Make the profile of a worker in this process."""
    return Profile(worker_id, settings, queues, concurrency, socket.gethostname(), os.getpid(), keeps_session)
