"""Enqueues without a transaction of their own share statements: while one is on its way the next gathers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from soniq.job import NewJob

# Enough to fill a round trip, few enough that nobody waits long for a neighbour.
LIMIT_JOBS: Final = 500
Write = Callable[[Sequence[NewJob]], Awaitable[None]]
Waiting = tuple[NewJob, "asyncio.Future[None]"]


class Sharer:
    """Gathers single jobs and writes them together; no timer, at most one round trip of waiting.

    A caller that is cancelled does not cancel the statement: its job may exist, as with any commit.
    """

    def __init__(self, write: Write, is_data_error: Callable[[BaseException], bool]) -> None:
        self._write = write
        self._is_data_error = is_data_error
        self._gathered: list[Waiting] = []
        self._sending: asyncio.Task[None] | None = None

    async def add(self, job: NewJob) -> None:
        """Return when the job is committed; raise what kept it from being written."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathered.append((job, written))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="soniq-enqueue")
        await written

    async def close(self) -> None:
        """Wait for what was gathered to be written."""
        while self._sending is not None and not self._sending.done():
            await asyncio.wait([self._sending])

    async def _send(self) -> None:
        while self._gathered:
            batch, self._gathered = self._gathered[:LIMIT_JOBS], self._gathered[LIMIT_JOBS:]
            await self._send_batch(batch)

    async def _send_batch(self, batch: list[Waiting]) -> None:
        try:
            await self._write([job for job, _ in batch])
        except BaseException as error:
            if len(batch) > 1 and self._is_data_error(error):
                for one in batch:
                    await self._send_batch([one])
                return
            _answer(batch, error)
            if not isinstance(error, Exception):
                raise
        else:
            _answer(batch, None)


def _answer(batch: list[Waiting], error: BaseException | None) -> None:
    for _, written in batch:
        if written.done():
            continue  # its caller was cancelled
        if error is None:
            written.set_result(None)
        else:
            written.set_exception(error)
