"""13: a job that is tried again takes a second book from the shelf."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from typing import Any, Final

import asyncpg

from soniq import JobContext, Soniq
from soniq.lab.crew import prepare
from soniq.lab.draw import Timeline, timeline
from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks import retold
from soniq.lab.exercises.looks.order import WORKERS_MODULES
from soniq.lab.exercises.looks.successor import succeed
from soniq.lab.exercises.looks.waits import ended_or_waiting
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.shop.order import COMMON
from soniq.lab.stage import Blow, Scene

STARTER: Final = """\
TABLE = "create table taken (key text)"  # made once, before the first worker starts
TAKE = "update books set stock = stock - 1 where title = $1"


async def take_book(pool, ctx, order, book):
    async with pool.acquire() as conn, conn.transaction():
        # TODO: however often this job is tried, one book leaves the shelf for it
        await conn.execute(TAKE, book)
"""
SOLUTION: Final = """\
TABLE = "create table taken (key text primary key)"  # made once, before the first worker starts
TAKE = "update books set stock = stock - 1 where title = $1"
MARK = "insert into taken values ($1) on conflict do nothing returning key"


async def take_book(pool, ctx, order, book):
    async with pool.acquire() as conn, conn.transaction():
        if await conn.fetchval(MARK, ctx.job_id):  # None where an attempt before this one committed
            await conn.execute(TAKE, book)
"""
READ_FIRST: Final = """\
TABLE = "create table taken (key text)"
TAKE = "update books set stock = stock - 1 where title = $1"


async def take_book(pool, ctx, order, book):
    async with pool.acquire() as conn, conn.transaction():
        if await conn.fetchval("select count(*) from taken where key = $1", ctx.job_id) == 0:
            await conn.execute("insert into taken values ($1)", ctx.job_id)
            await conn.execute(TAKE, book)
"""
IN_MEMORY: Final = """\
TABLE = "create table taken (key text)"
TAKE = "update books set stock = stock - 1 where title = $1"
seen = set()


async def take_book(pool, ctx, order, book):
    if ctx.job_id in seen:
        return
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute(TAKE, book)
    seen.add(ctx.job_id)
"""
WITH_THE_ATTEMPT: Final = SOLUTION.replace("MARK, ctx.job_id)", 'MARK, f"{ctx.job_id}/{ctx.attempt}")')
BY_THE_BOOK: Final = SOLUTION.replace("MARK, ctx.job_id)", "MARK, book)")
MARKED_FIRST: Final = SOLUTION.replace(
    """\
    async with pool.acquire() as conn, conn.transaction():
        if await conn.fetchval(MARK, ctx.job_id):  # None where an attempt before this one committed
            await conn.execute(TAKE, book)
""",
    """\
    if await pool.fetchval(MARK, ctx.job_id):
        await pool.execute(TAKE, book)
""",
)
TASK: Final = "take_book"


async def make_table(learned: Learned, where: Where) -> None:
    """Do what is done once, before the first worker starts."""
    learned.get("take_book")
    connection = await asyncpg.connect(where.database)
    await connection.execute("drop table if exists taken")
    await connection.execute(learned.get("TABLE"))
    await connection.close()


async def work(learned: Learned, where: Where, run_once: bool) -> int:
    """Be a worker: one that runs what is due, or one that goes on until SIGTERM and succeeds the dead."""
    act = learned.get("take_book")
    async with (
        Soniq(where.database, pool_min_size=1, sweep_interval=0.1) as app,
        asyncpg.create_pool(where.database, min_size=1) as pool,
    ):

        async def take_book(number: int, book: str, ctx: JobContext) -> None:
            await act(pool, ctx, number, book)

        app.job(name=TASK, retries=1)(take_book)
        return await app.run_worker(run_once=run_once)


class _Desk:
    """One or two jobs that each take a book, and the workers that run them."""

    def __init__(self, attempt: Attempt, title: str) -> None:
        self._attempt = attempt
        self.scene = Scene(attempt.shop, title, told={"stock": ("write", "take a book")})

    async def enqueue(self, jobs: int) -> None:
        await asyncio.to_thread(prepare, *WORKERS_MODULES)
        await self._attempt.clear_queue()
        await self._attempt.shop.ask("update books set stock = 100")
        async with Soniq(self._attempt.shop.url, pool_min_size=1) as app:
            app.job(name=TASK)(_described)
            for number in [self.scene.order.number] + [self._attempt.shop.next_number() for _ in range(1, jobs)]:
                await app.enqueue(TASK, number=number, book=COMMON)

    async def run(self, blow: Blow | None = None) -> Any:
        return await self._attempt.work(self.scene, work, True, blow=blow)

    async def succeed(self) -> None:
        """Let another worker run the job again."""
        await succeed(self._attempt, self.scene, work, False)

    async def taken(self) -> int:
        [(stock,)] = await self._attempt.shop.ask("select stock from books where title = $1", COMMON)
        return 100 - int(str(stock))

    async def keys(self) -> list[str]:
        """Give the marks that this scene's cell left, in their order; none where it has another table."""
        [(there,)] = await self._attempt.shop.ask("select to_regclass('taken') is not null")
        return [str(row[0]) for row in await self._attempt.shop.ask("table taken")] if there else []

    def drawn(self) -> Timeline:
        words = {"run": "take_book", "effect": None}
        return timeline(retold(self.scene.told(), **words), f"x{self.scene.order.number}")


async def _described(number: int, book: str) -> None:
    """What the queue has to know of the task."""


async def _two_orders(attempt: Attempt) -> Finding:
    ending = await attempt.run(make_table)
    expected = "Two books leave the shelf."
    if ending.error or ending.killed:
        return raised(ending, "A table, before the first worker starts.")
    desk = _Desk(attempt, "Two orders of one book")
    await desk.enqueue(2)
    ending = await desk.run()
    taken = await desk.taken()
    if ending.error or ending.killed:
        return raised(ending, expected)
    if taken == 2:
        return fits("two books")
    failure = await _failure(attempt)
    if failure:
        return differs(_books(taken), expected, f"The handler failed: {failure}.", desk.drawn())
    why = "The second order's job found the mark of the first one's, and took it for its own: Grace gets no book."
    return differs(_books(taken), expected, why if await desk.keys() else "No line took it.", desk.drawn())


async def _killed_between(attempt: Attempt) -> Finding:
    return await _tried_again(attempt, "before_the_stock", "SIGKILL before the book leaves the shelf")


async def _killed_after(attempt: Attempt) -> Finding:
    return await _tried_again(attempt, "before_the_record", "SIGKILL after the book left, before the job is recorded")


async def _tried_again(attempt: Attempt, fault: str, title: str) -> Finding:
    desk = _Desk(attempt, title)
    await desk.enqueue(1)
    before = await desk.keys()
    await desk.run(Blow(fault))
    await desk.succeed()
    return await _judged(desk, before)


async def _at_once(attempt: Attempt) -> Finding:
    desk = _Desk(attempt, "The first worker stands still, and is taken for dead")
    await desk.enqueue(1)
    before = await desk.keys()
    async with AsyncExitStack() as leaving:

        async def stand_still() -> None:
            [(pid,)] = await attempt.shop.ask("select pid from soniq.workers order by started_at desc limit 1")
            os.kill(int(str(pid)), signal.SIGSTOP)
            other = asyncio.create_task(desk.succeed())
            leaving.push_async_callback(asyncio.wait_for, other, None)
            await ended_or_waiting(attempt.shop, other)
            os.kill(int(str(pid)), signal.SIGCONT)

        await desk.run(Blow("before_the_stock", stand_still))
    return await _judged(desk, before, at_once=True)


async def _judged(desk: _Desk, before: list[str], at_once: bool = False) -> Finding:
    taken = await desk.taken()
    if taken == 1:
        return fits("one book")
    marks = (await desk.keys())[len(before) :]
    return differs(_books(taken), "One book leaves the shelf.", _why(taken, marks, at_once), desk.drawn())


def _why(taken: int, marks: list[str], at_once: bool) -> str:
    if not taken:
        return (
            "Attempt 1 had committed its mark, and died before it took the book. Attempt 2 found the mark and believed "
            "it. Mark and book were two commits, and there is a moment between two commits."
        )
    if len(set(marks)) > 1:
        return f"Attempt 1 left the mark {marks[0]}, attempt 2 the mark {marks[1]}. To Postgres these are two deeds."
    if at_once:
        return (
            "Attempt 1 was not dead, only slow, so both attempts ran at once. Both looked for a mark and read 0, "
            "since neither had committed one; then both wrote."
        )
    return (
        "Attempt 1 had committed, and died before that was recorded. Attempt 2 was another process, with a memory of "
        "its own: it knew what the database says, and there no mark says that this job took its book."
    )


async def _failure(attempt: Attempt) -> str:
    rows = await attempt.shop.ask("select last_error from soniq.dead_letter_jobs order by dead_at desc limit 1")
    return next((str(row[0]) for row in rows), "")


def _books(taken: int) -> str:
    return f"{['No book', 'One book', 'Two books'][taken] if taken in range(3) else f'{taken} books'} left the shelf."


EXERCISE: Final = Exercise(
    number=13,
    name="twice_is_once",
    title="Twice is once",
    question=(
        "One book was sold, and two are missing from the shelf. The worker was killed after it took the book, so the "
        "job was run again, as it should be. Let each job take its book once, however often it is tried."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "What does attempt 2 know of attempt 1? It is another process, perhaps on another machine.",
        "Let the database remember that the book of this job was taken, in the same transaction that takes it. "
        "Let it also decide between two who ask at the same moment: a look that comes first decides nothing.",
        "A table in which a job's id can stand once only, and `insert … on conflict do nothing returning …`: "
        "whoever gets a row back takes the book. `ctx.job_id` is the same in every attempt.",
    ),
    debrief=(
        "The mark and the book are one commit, so there is no moment at which one of them is true without the other. "
        "A unique key lets Postgres choose between two attempts that run at once: the second one waits, and gets "
        "nothing. `ctx.transaction()` does it without a table of your own, by ending the job in the same commit. "
        "In production: every handler may run twice; give its effect a key that comes from the job, never from the try."
    ),
    steps=(
        Step("Two orders of one book", _two_orders),
        Step("SIGKILL before the book leaves the shelf; the job is tried again", _killed_between),
        Step("SIGKILL after the book left, before the job is recorded; the job is tried again", _killed_after),
        Step("The first worker stands still, is taken for dead, and wakes: both run at once", _at_once),
    ),
    wrong_answers=(
        WrongAnswer("read_first", READ_FIRST, "Both looked for a mark and read 0"),
        WrongAnswer("in_memory", IN_MEMORY, "Attempt 2 was another process"),
        WrongAnswer("with_the_attempt", WITH_THE_ATTEMPT, "To Postgres these are two deeds"),
        WrongAnswer("by_the_book", BY_THE_BOOK, "found the mark of the first one's"),
        WrongAnswer("marked_first", MARKED_FIRST, "two commits"),
    ),
    lesson="10_the_workers_side",
)
