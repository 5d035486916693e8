"""A queue that fills and drains while you look: one output, drawn anew by a task in the background."""

import asyncio
import html
import time
from typing import Any, Final

from soniq.lab.plots import Chart, Line, lines
from soniq.lab.shop import Shop

LOOK_SECONDS: Final = 0.1
COUNTS: Final = """
select
    (select count(*) from soniq.jobs where state <> 'processing') as waiting,
    (select count(*) from soniq.jobs where state = 'processing') as running,
    (select count(*) from soniq.job_history) as done,
    (select count(*) from soniq.dead_letter_jobs) as dead
"""
NAMES: Final = ("waiting", "running", "done", "dead letters")
Counts = tuple[int, ...]


class LiveView:
    """The counts of a queue, looked at ten times a second."""

    def __init__(self, connection: Any, handle: Any) -> None:
        self._connection, self._handle = connection, handle
        self._began = time.monotonic()
        self._seen: list[tuple[float, Counts]] = []
        self._ends_when_drained = False
        self._task = asyncio.create_task(self._look())

    async def drained(self) -> Chart:
        """Wait until no job waits or runs, stop looking, and chart what was seen."""
        self._ends_when_drained = True
        await self._task
        return await self.stop()

    async def stop(self) -> Chart:
        """Stop looking, and chart what was seen."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._connection.close()
        return self.chart

    @property
    def chart(self) -> Chart:
        """What was seen until now."""
        series = [Line(name, [(at, counts[nth]) for at, counts in self._seen]) for nth, name in enumerate(NAMES)]
        return lines("Jobs over time", "seconds", "jobs", series)

    async def _look(self) -> None:
        while not (self._ends_when_drained and self._seen and sum(self._seen[-1][1][:2]) == 0):
            counts = tuple(await self._connection.fetchrow(COUNTS))
            if self._handle is not None and (not self._seen or counts != self._seen[-1][1]):
                self._handle.update(_Frame(counts))
            self._seen.append((round(time.monotonic() - self._began, 2), counts))
            await asyncio.sleep(LOOK_SECONDS)


async def live(shop: Shop) -> LiveView:
    """Show what the shop's jobs do, here, from now on; later cells may fill and drain the queue."""
    from IPython.display import display  # noqa: PLC0415 - an extra

    connection = await shop.connect()
    # None in a program that is no notebook.
    handle = display(_Frame((0, 0, 0, 0)), display_id=True)  # type: ignore[no-untyped-call]
    view = LiveView(connection, handle)
    shop.open.push_async_callback(view.stop)
    return view


class _Frame:
    """The counts of one moment."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def __repr__(self) -> str:
        return "  ".join(f"{name}: {count}" for name, count in zip(NAMES, self._counts, strict=True))

    def _repr_html_(self) -> str:
        most = max(sum(self._counts), 1)
        rows = "".join(
            f"<div>{html.escape(name)}</div><div style='display:flex;align-items:center;gap:6px'>"
            f"<div style='height:12px;width:{90 * count / most:.1f}%;background:currentColor;opacity:.55'></div>"
            f"{count}</div>"
            for name, count in zip(NAMES, self._counts, strict=True)
        )
        return f"<div style='display:grid;grid-template-columns:7em 1fr;gap:4px;max-width:680px'>{rows}</div>"
