"""How far the running jobs have come, on its way into the database: the latest of each, a few times a second."""

import asyncio
import threading
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from soniq.job import Claim, Verdict
from soniq.pool import Executor
from soniq.run.safe_text import storable
from soniq.sql import in_schema, statement
from soniq.worker.bell import Bell

REPORT: Final = statement("progress", "report")
FORGET: Final = statement("progress", "forget")

BETWEEN_WRITES: Final = 0.25
NOTE_CHARACTERS: Final = 500
Attempt = tuple[UUID, UUID]


class Progress:
    """Takes reports from any thread at any rate, and writes those of all jobs together.

    Args:
        db: A line of its own: a report that waits holds up neither claiming nor settling.
        schema: In which installation.
    """

    def __init__(self, db: Executor, schema: str) -> None:
        self._db = db
        self._report = in_schema(REPORT, schema)
        self._forget = in_schema(FORGET, schema)
        self._loop = asyncio.get_running_loop()
        self._latest: dict[Attempt, tuple[float, str | None]] = {}
        self._lock = threading.Lock()  # of that: handlers in threads report, too
        self._written: set[Attempt] = set()
        self._ended: set[Attempt] = set()
        self._news, self._closing = Bell(), Bell()
        self._closed = False

    def report(self, claim: Claim, share: float, note: str | None) -> None:
        """Note how far an attempt has come; from any thread."""
        said = (share, None if note is None else storable(note, NOTE_CHARACTERS))
        with self._lock:
            first = not self._latest
            self._latest[claim.id, claim.token] = said
        if first:
            self._loop.call_soon_threadsafe(self._news.ring)

    def ended(self, verdicts: Iterable[Verdict]) -> None:
        """The verdicts of these attempts are written: what they said is removed."""
        if not self._latest and not self._written:
            return
        attempts = [(verdict.id, verdict.token) for verdict in verdicts]
        with self._lock:
            for attempt in attempts:
                self._latest.pop(attempt, None)
        if ended := self._written.intersection(attempts):
            self._ended |= ended
            self._news.ring()

    def close(self) -> None:
        """Remove what ended, and end `run`."""
        self._closed = True
        self._news.ring()
        self._closing.ring()

    async def run(self) -> None:
        """Write until closed.

        Raises:
            DatabaseUnreachable: The connection was lost; run it again, nothing is forgotten.
        """
        while not self._closed:
            await self._news.wait(None)
            await self._write()
            await self._closing.wait(BETWEEN_WRITES)
        await self._clear()

    async def _write(self) -> None:
        with self._lock:
            said, self._latest = self._latest, {}
        if said:
            self._written.update(said)
            try:
                await self._send(said)
            except Exception:
                with self._lock:
                    self._latest = said | self._latest  # what was said meanwhile is newer
                self._news.ring()
                raise
        await self._clear()

    async def _send(self, said: dict[Attempt, tuple[float, str | None]]) -> None:
        ids, tokens = zip(*said, strict=True)
        shares, notes = zip(*said.values(), strict=True)
        await self._db.fetch(self._report, ids, tokens, shares, notes)

    async def _clear(self) -> None:
        ended = set(self._ended)
        if ended:
            ids, tokens = zip(*ended, strict=True)
            await self._db.fetch(self._forget, ids, tokens)
            self._written -= ended
            self._ended -= ended
