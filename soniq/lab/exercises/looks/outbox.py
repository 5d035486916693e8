"""An outbox that the learner's code empties, while notes come, relays meet, and one of them dies."""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

import psycopg
from rq import Queue

from soniq.lab.crew import Ending
from soniq.lab.draw import Timeline, timeline
from soniq.lab.exercises.looks.retell import retold
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import Stumble, raised
from soniq.lab.record import Event, Lane, Story
from soniq.lab.shop.bookshop import Shop
from soniq.lab.shop.processes import open_broker
from soniq.lab.stage import Blow, Scene

ONCE: Final = "Each note's job reaches RQ, once."
COLUMNS: Final = """
    alter table outbox add column if not exists noted_at timestamptz not null default now();
    alter table outbox_cursor add column if not exists last_noted_at timestamptz not null default '-infinity'
"""
NOTE: Final = """
    with placed as (insert into orders values ($1, 'Ada', 'The First Compiler') returning number)
    insert into outbox (number) select number from placed
"""
WAITING: Final = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
LONG: Final = 8  # jobs and marks in a row
LOOK_S: Final = 0.02  # between two looks at what others wait for


@dataclass(frozen=True, slots=True)
class Relay:
    """The learner's relay.

    Attributes:
        name: What the cell calls it; it is given a connection of psycopg's in autocommit, and RQ's queue.
        called: What its lane is called.
        marks: What it does with a note that is done, as the picture says it.
    """

    name: str
    called: str
    marks: str


def relay(learned: Learned, where: Where, name: str) -> None:
    """Let the relay look once."""
    act = learned.get(name)
    with psycopg.connect(where.database, autocommit=True) as db, closing(open_broker(where.broker)) as broker:
        act(db, Queue(where.queue, connection=broker))


class Draft:
    """An order and its note, written and not committed."""

    def __init__(self, number: int, transaction: Any, scene: Scene) -> None:
        self.number = number
        self._transaction, self._scene, self._is_open = transaction, scene, True

    async def commit(self) -> None:
        """Publish both; a second time nothing happens."""
        if self._is_open:
            self._is_open = False
            await self._transaction.commit()
            self._scene.remark("request", f"order {self.number}: COMMIT")


class Outbox:
    """One scene around the outbox.

    Attributes:
        numbers: Of the orders that were noted in it.
    """

    def __init__(self, attempt: Attempt, by: Relay, title: str, lanes: Mapping[Lane, str] | None = None) -> None:
        self._attempt, self._by = attempt, by
        self._scene = Scene(
            attempt.shop, title, lanes=lanes or {"request": "Orders", "relay": by.called, "queue": "RQ"}
        )
        self.numbers: list[int] = []

    async def note(self, count: int) -> None:
        """Commit so many orders with their notes, one after the other."""
        connection = await self._connect()
        for _ in range(count):
            await connection.execute(NOTE, self._next())
        first, last = self.numbers[-count], self.numbers[-1]
        orders = f"order {last}" if count == 1 else f"orders {first} to {last}"
        self._scene.remark("request", f"{orders}: COMMIT")

    async def draft(self) -> Draft:
        """Write an order with its note, and leave the transaction open."""
        connection = await self._connect()
        transaction = connection.transaction()
        await transaction.start()
        number = self._next()
        await connection.execute(NOTE, number)
        self._scene.remark("request", f"order {number}: written")
        return Draft(number, transaction, self._scene)

    async def look(self, blow: Blow | None = None) -> None:
        """Let the relay look once.

        Raises:
            Stumble: It failed, though nothing was done to it.
        """
        raise_unless_well(await self._attempt.relay(self._scene, relay, self._by.name, blow=blow))

    async def die(self, place: str) -> bool:
        """Kill the relay at a place, and say whether it came there."""
        ending = await self._attempt.relay(self._scene, relay, self._by.name, blow=Blow(place))
        if not ending.killed:
            raise_unless_well(ending)
        await self._forget_the_dead()
        return ending.killed

    async def look_beside(self) -> None:
        """Let another relay look at the same time; see `look`."""
        raise_unless_well(await self._attempt.work(self._scene, relay, self._by.name))

    async def sent(self) -> dict[int, int]:
        """Count each order's jobs in RQ."""
        found = [number for number, *_ in await self._attempt.shop.rq_jobs()]
        return {number: found.count(number) for number in self.numbers}

    @property
    def drawn(self) -> Timeline:
        """What happened, without a verdict: it is about many orders."""
        return timeline(retold(_shortened(self._scene.told()), write=self._by.marks), f"x{self.numbers[0]}")

    def _next(self) -> int:
        self.numbers.append(self._attempt.shop.next_number())
        return self.numbers[-1]

    async def _connect(self) -> Any:
        connection = await self._attempt.shop.connect()
        if not self.numbers:
            await connection.execute(COLUMNS)
        return connection

    async def _forget_the_dead(self) -> None:
        """Wait until Postgres has rolled back what a dead relay left open: until then its rows are locked."""
        connection = await self._attempt.shop.connect()
        async with connection.transaction():
            await connection.execute("lock table outbox in access exclusive mode")


def _shortened(story: Story) -> Story:
    """Leave out the middle of a long row of jobs: the picture is about what was left out of it."""
    kept: list[Event] = []
    for is_work, row in groupby(story.events, lambda event: event.kind in ("enqueue", "write")):
        events = list(row)
        is_long = is_work and len(events) > LONG
        kept += [replace(events[0], label=f"{events[0].label}, and so on"), events[-1]] if is_long else events
    return replace(story, events=tuple(kept))


async def until_done_or_waiting(shop: Shop, work: "asyncio.Task[Any]") -> None:
    """Wait until it has ended, or some backend waits for a lock: it will not move until somebody lets go."""
    while not work.done() and not len(await shop.ask(WAITING)):
        await asyncio.wait([work], timeout=LOOK_S)


def raise_unless_well(ending: Ending) -> None:
    """Raise a `Stumble` where the code failed by itself."""
    if ending.error or ending.killed:
        raise Stumble(raised(ending, ONCE))
