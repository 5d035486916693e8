"""Clicks of a customer's, which the learner's code answers, and what is there afterwards."""

from typing import Final, NamedTuple

from soniq import Soniq
from soniq.lab.draw import Timeline, timeline
from soniq.lab.exercises.looks.retell import retold
from soniq.lab.exercises.report.finding import Finding, differs
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.stage import Blow, Scene

TABLES: Final = (
    "create sequence numbers",
    "alter table orders alter number set default nextval('numbers'), add request text unique",
)
FIRST: Final = "select setval('numbers', $1, false)"
WORDS: Final = {"write": "insert an order", "enqueue": "enqueue its invoice"}


class Click(NamedTuple):
    """What Ada's browser sends when she clicks.

    Attributes:
        customer: Ada.
        book: What she wants.
        key: Made by her page, once for each click.
    """

    customer: str
    book: str
    key: str


class Left(NamedTuple):
    """What is there after a scene.

    Attributes:
        told: What Ada was told, by the last try.
        orders: The numbers of the scene's orders.
        keys: What stands in their column `request`.
        jobs: For which numbers there is an invoice job.
    """

    told: object
    orders: list[int]
    keys: list[str | None]
    jobs: list[int]

    @property
    def counted(self) -> tuple[int, int]:
        """How many orders and jobs."""
        return len(self.orders), len(self.jobs)


async def answer(learned: Learned, where: Where, key: str) -> int | None:
    """Be a request that a click of Ada's leads to."""
    act = learned.get("answer")
    async with Soniq(where.database, pool_min_size=1) as app:
        app.job(name="send_invoice", transactional=True)(send_invoice)
        number: int | None = await act(app, Click(where.order.customer, where.order.book, key))
        return number


class Clicks:
    """Ada's clicks, from one scene on."""

    def __init__(self, attempt: Attempt, title: str) -> None:
        self._attempt, self._told = attempt, None
        self.scene = Scene(attempt.shop, title)
        self._first = self.scene.order.number

    async def open(self) -> None:
        """Empty the shop's books; the next order has the scene's number."""
        [(there,)] = await self._attempt.shop.ask("select to_regclass('numbers') is not null")
        for statement in TABLES if not there else ():
            await self._attempt.shop.ask(statement)
        await self._attempt.shop.ask("delete from orders")
        await self._attempt.clear_queue()
        await self._attempt.shop.ask(FIRST, self._first)

    async def click(self, key: str, expected: str, blow: Blow | None = None) -> Finding | None:
        """Let the cell answer a click; say what went wrong with that alone."""
        ending = await self._attempt.request(self.scene, answer, key, blow=blow)
        self._told = ending.value
        if not (ending.error or ending.killed):
            return None
        failed = raised(ending, expected)
        orders, _ = (await self.left()).counted
        if blow is None or blow.fault != "after_commit" or not orders:
            return failed
        why = (
            "Ada was told that it failed, and her order stands: COMMIT had done its work, and only the answer was "
            "lost. An error says that nobody knows; it does not say that nothing happened."
        )
        return differs(failed.seen, expected, why, self.drawn())

    async def left(self) -> Left:
        """Ask what is there now."""
        rows = [*await self._attempt.shop.ask("select number, request from orders order by number")]
        jobs = [int(str(number)) for number, *_ in await self._attempt.shop.jobs()]
        keys = [None if key is None else str(key) for _, key in rows]
        return Left(self._told, [int(str(number)) for number, _ in rows], keys, jobs)

    def drawn(self) -> Timeline:
        """Draw what was seen."""
        return timeline(retold(self.scene.told(), **WORDS), f"x{self._first}")
