"""Time that passes when a test says so: the rows that wait come nearer, no clock is moved."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from soniq.app import Soniq
from soniq.errors import OptionInvalid
from soniq.job import Job
from soniq.sql import in_schema, statement
from soniq.testing.run import run_due

NEXT_DUE: Final = statement("testing", "next_due")
BRING_NEARER: Final = statement("testing", "bring_nearer")


class FrozenTime:
    """Time as the jobs that wait see it.

    The database's clock and Python's go on as always; a moment that a handler computes from them does not move.
    What it schedules "in an hour", it schedules an hour from the moment to which time was moved.

    Args:
        app: Whose jobs.
        queues: Run these when due; SONIQ_QUEUES by default, and every queue where that is unset.
    """

    def __init__(self, app: Soniq, queues: Sequence[str] | None = None) -> None:
        self._app, self._queues = app, queues
        self._moved = timedelta()

    @property
    def now(self) -> datetime:
        """The moment that it is for the jobs: the clock's, and all that time was moved by."""
        return datetime.now(UTC) + self._moved

    async def move(self, by: timedelta) -> list[Job]:
        """Let time pass, and run everything that becomes due, each job when its time has come.

        Args:
            by: How long; nothing that was due before is left out.

        Returns:
            The jobs that ran, in that order; one that ran several times is there as often.

        Raises:
            OptionInvalid: `by` is no timedelta, or is negative: what has run cannot be undone.
        """
        left = _seconds(by)
        ran = await run_due(self._app, self._queues)
        while (step := await self._next_due(left)) is not None:
            await self._bring_nearer(step)
            left = max(0.0, left - step)
            ran += await run_due(self._app, self._queues)
        await self._bring_nearer(left)
        return ran

    async def move_to(self, moment: datetime) -> list[Job]:
        """Let time pass until it is this moment; otherwise as `move`.

        Raises:
            OptionInvalid: It has no time zone, or is past.
        """
        _check_moment(moment)
        return await self.move(moment - self.now)

    async def _next_due(self, within_seconds: float) -> float | None:
        async with self._app.backend.acquire() as connection:
            step: float | None = await connection.fetchval(self._ours(NEXT_DUE), within_seconds)
        return step

    async def _bring_nearer(self, seconds: float) -> None:
        async with self._app.backend.acquire() as connection:
            await connection.execute(self._ours(BRING_NEARER), seconds)
        self._moved += timedelta(seconds=seconds)

    def _ours(self, text: str) -> str:
        return in_schema(text, self._app.settings.database_schema)


def _seconds(by: object) -> float:
    if not isinstance(by, timedelta) or by < timedelta():
        raise OptionInvalid(f"time moves on by a timedelta of at least 0, not {by!r}", option="by")
    return by.total_seconds()


def _check_moment(moment: object) -> None:
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise OptionInvalid(f"time moves to a moment with a time zone, not {moment!r}", option="moment")
