"""Replay, delete and tag dead letters, each in one statement on whatever connection can run it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from soniq.adapters import Joined
from soniq.sql import in_schema, statement
from soniq.sql.place import Place, check_here
from soniq.watch.dead_letter import Wanted

COUNT: Final = statement("dead_letter", "count")
DELETE: Final = statement("dead_letter", "delete")
REPLAY: Final = statement("dead_letter", "replay")
TAG: Final = statement("dead_letter", "tag")


@dataclass(frozen=True, slots=True)
class Changes:
    """What the new job has otherwise than the dead one; None leaves it.

    Attributes:
        reset_attempts: Count attempts from the beginning. False goes on counting, with one more run at least.
        max_attempts: Runs at most.
        priority: 1 to 1000, lower first.
        queue: Where workers look for it.
    """

    reset_attempts: bool = True
    max_attempts: int | None = None
    priority: int | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class Graveyard:
    """The dead letters of one installation, through one connection, in its transaction.

    Attributes:
        connection: How to speak on it.
        place: Which installation.
    """

    connection: Joined
    place: Place

    async def replay(self, which: Wanted, changes: Changes) -> tuple[int, str | None]:
        """Make a job of each, and return how many there are and the id of one of them.

        Raises:
            WrongDatabase: The connection leads to another installation; nothing was written.
        """
        written, job_id, _woken = await self._write(
            REPLAY,
            self.place.notifies,
            which.conditions,
            _text(which.limit),
            "true" if changes.reset_attempts else "false",
            _text(changes.max_attempts),
            _text(changes.priority),
            changes.queue,
        )
        return written, job_id

    async def delete(self, which: Wanted) -> int:
        """Delete them, and return how many there were.

        Raises:
            WrongDatabase: The connection leads to another installation; nothing was deleted.
        """
        [written] = await self._write(DELETE, which.conditions, _text(which.limit))
        return int(written)

    async def tag(self, job_id: UUID, tags: Sequence[str]) -> tuple[str, ...] | None:
        """Add tags, and return all that it has now, sorted; None where there is no such dead letter.

        Raises:
            WrongDatabase: The connection leads to another installation; nothing was written.
        """
        [found] = await self._write(TAG, str(job_id), list(tags))
        return None if found is None else tuple(json.loads(found))

    async def count(self, which: Wanted) -> int:
        """Return how many a bulk verb would write."""
        [(count,)] = await self.connection.fetch(in_schema(COUNT, self.place.schema), (which.conditions,))
        return int(count) if which.limit is None else min(int(count), which.limit)

    async def _write(self, text: str, *parameters: object) -> tuple[Any, ...]:
        sent = (self.place.installation, *parameters)
        [(here, *said)] = await self.connection.fetch(in_schema(text, self.place.schema), sent)
        check_here(here)
        return tuple(said)


def not_replayed(which: Wanted) -> Wanted:
    """Leave out what was replayed before, unless the filter speaks of that itself."""
    conditions = json.loads(which.conditions)
    return (
        which if "replayed" in conditions else replace(which, conditions=json.dumps(conditions | {"replayed": False}))
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
