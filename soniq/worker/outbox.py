"""Outcomes on their way into the database: gathered for a moment, written as one statement."""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final
from uuid import UUID

from soniq.job import Verdict
from soniq.pool import Executor
from soniq.settle.record import record
from soniq.worker.bell import Bell

logger: Final = logging.getLogger("soniq")

GATHER_SECONDS: Final = 0.002
GATHER_SECONDS_BUSY: Final = 0.01
BATCH: Final = 500
BUSY: Final = 25  # jobs a batch from which gathering for longer makes fewer statements
LOCKED_SECONDS: Final = 0.1
BOUND: Final = 2000


class Outbox:
    """Verdicts that are decided and not yet written. None is forgotten: what fails stays in front.

    Args:
        db: A line of its own, so that settling does not wait for claiming.
        schema: In which installation.
        written: Called with each batch that is in the database.
    """

    def __init__(self, db: Executor, schema: str, written: Callable[[Iterable[Verdict]], None]) -> None:
        self._db = db
        self._schema = schema
        self._written = written
        self._waiting: deque[Verdict] = deque()
        self._bell = Bell()
        self._last = 0
        self._closed = False

    @property
    def unsettled(self) -> int:
        """How many verdicts are not in the database yet."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether claiming has to stop until the database has caught up."""
        return len(self._waiting) >= BOUND

    def ids(self) -> list[UUID]:
        """Name the jobs whose verdict is not written yet."""
        return [verdict.id for verdict in self._waiting]

    def holds(self, job_id: UUID) -> bool:
        """Whether a job's verdict is not written yet."""
        return any(verdict.id == job_id for verdict in self._waiting)

    def put(self, verdict: Verdict) -> None:
        """Leave a verdict to be written."""
        self._waiting.append(verdict)
        if len(self._waiting) == 1 or len(self._waiting) == BATCH:
            self._bell.ring()

    def note(self, verdict: Verdict) -> None:
        """Take note of a job that left our hands without our writing: by its handler's transaction, or lost."""
        self._written([verdict])

    def close(self) -> None:
        """Write what is here, and end `run`."""
        self._closed = True
        self._bell.ring()

    async def run(self) -> None:
        """Write until closed and empty.

        Raises:
            DatabaseUnreachable: The connection was lost; run it again, nothing is forgotten.
        """
        while self._waiting or not self._closed:
            if not self._waiting:
                await self._bell.wait(None)
            if len(self._waiting) < BATCH and not self._closed:
                await self._bell.wait(GATHER_SECONDS_BUSY if self._last >= BUSY else GATHER_SECONDS)
            await self._write()

    async def _write(self) -> None:
        batch = list(islice(self._waiting, BATCH))
        if not batch:
            return
        self._last = len(batch)
        recorded = await record(self._db, self._schema, batch)
        for verdict in batch:
            self._waiting.popleft()
            if verdict.id in recorded.locked:
                self._waiting.append(verdict)
        for job_id in recorded.lost:
            logger.warning("claim lost: job %s", job_id, extra={"job_id": str(job_id)})
        self._written(batch)
        if len(recorded.locked) == len(self._waiting):
            await self._bell.wait(LOCKED_SECONDS)  # nothing else to write until somebody's transaction ends
