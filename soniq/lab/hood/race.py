"""Workers that race for the tickets of one table, each with a transaction of its own."""

import asyncio
import time
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Final

from soniq.errors import OptionInvalid
from soniq.lab.plots import Chart, Span, spans
from soniq.lab.shop import Shop

TICKETS: Final = 12
LOCKS: Final = ("", "for update", "for update skip locked", "for no key update skip locked")
TABLE: Final = "create table if not exists tickets (id int primary key); truncate tickets;"
FILL: Final = "insert into tickets select generate_series(1, $1::int)"
TAKE: Final = "select id from tickets order by id limit 1"
LEFT: Final = "select count(*) from tickets"


@dataclass(frozen=True, slots=True)
class Race:
    """A race that is over.

    Attributes:
        statement: By which each worker took a ticket.
        taken: Which ticket was whose, and when, in milliseconds.
        in_vain: How often a worker had waited for a ticket and found it gone.
    """

    statement: str
    taken: tuple[Span, ...]
    in_vain: int

    @property
    def twice(self) -> int:
        """How many tickets were worked on by more than one."""
        return sum(count > 1 for count in Counter(each.label for each in self.taken).values())

    @property
    def milliseconds(self) -> float:
        """How long it took until all was done."""
        return max(each.end for each in self.taken)

    @property
    def chart(self) -> Chart:
        """Who worked on what, and when."""
        return spans(self.statement, "milliseconds since the start", self.taken, until=250)

    def __str__(self) -> str:
        told = f"{self.milliseconds:,.0f} ms; worked on more than once: {self.twice} tickets; in vain: {self.in_vain}"
        return f"{self.statement}: {told}"

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        return self.chart._repr_mimebundle_(include, exclude)


@dataclass(slots=True)
class _Track:
    """What the runners of one race share."""

    statement: str
    work_s: float
    start: asyncio.Barrier
    all_have_read: asyncio.Barrier | None
    began: float = 0
    in_vain: int = 0
    taken: list[Span] = field(default_factory=list)


async def race(shop: Shop, lock: str, workers: int = 4, work_ms: float = 20) -> Race:
    """Let workers take twelve tickets, one after the other, and work on each inside the transaction that took it.

    Args:
        shop: Where; the tickets are a table of its database.
        lock: How a ticket is taken, one of `LOCKS`.
        workers: How many, each on a connection of its own.
        work_ms: How long the work on one ticket lasts, in milliseconds.

    Raises:
        OptionInvalid: There is no such lock.
    """
    if lock not in LOCKS:
        raise OptionInvalid(f"no race is run with {lock!r}: choose one of {LOCKS}", lock=lock, known=LOCKS)
    connections = [await shop.connect() for _ in range(workers)]
    await connections[0].execute(TABLE)
    await connections[0].execute(FILL, TICKETS)
    read = None if lock else asyncio.Barrier(workers)
    track = _Track(f"{TAKE} {lock}".strip(), work_ms / 1000, asyncio.Barrier(workers), read)
    try:
        await asyncio.gather(*[_run(each, f"worker {at}", track) for at, each in enumerate(connections, 1)])
    finally:
        for connection in connections:
            await connection.close()
    return Race(track.statement, tuple(track.taken), track.in_vain)


async def _run(connection: Any, name: str, track: _Track) -> None:
    await track.start.wait()
    track.began = track.began or time.perf_counter()
    while await connection.fetchval(LEFT):
        async with connection.transaction():
            ticket = await connection.fetchval(track.statement)
            if ticket is None:  # gone while we waited for it, or in the hands of others
                track.in_vain += 1
                if "skip locked" in track.statement:
                    return
                continue
            await _work(connection, name, ticket, track)


async def _work(connection: Any, name: str, ticket: int, track: _Track) -> None:
    if track.all_have_read is not None:
        await track.all_have_read.wait()
        track.all_have_read = None
    began = time.perf_counter()
    await connection.execute("select pg_sleep($1)", track.work_s)
    ended = time.perf_counter()
    await connection.execute("delete from tickets where id = $1", ticket)
    start, end = ((moment - track.began) * 1000 for moment in (began, ended))
    track.taken.append(Span(name, start, end, str(ticket), kind=_is_taken(ticket, track)))


def _is_taken(ticket: int, track: _Track) -> bool:
    return any(each.label == str(ticket) for each in track.taken)
