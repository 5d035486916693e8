"""6: a refused extra takes the whole order with it, in silence."""

from functools import partial
from typing import Final

from soniq import Soniq
from soniq.lab.draw import Timeline, timeline
from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks import place, retold, unreached
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Actor, Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.faults import place as fault
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.stage import Blow, Run

HEAD: Final = """\
from asyncpg import CheckViolationError

from soniq.lab.shapes.sql import write_order
from soniq.lab.shapes.tasks import send_invoice

TAKE = "update books set stock = stock - 1 where title = $1"


async def place_order(app, order, paper):
"""
STARTER: Final = (
    HEAD
    + """\
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue(send_invoice, connection=conn, number=order.number)
        try:
            # TODO: where there is no paper, the book goes out without it; the order stands
            await app.enqueue("wrap_gift", connection=conn, number=order.number)
            await conn.execute(TAKE, paper)
        except CheckViolationError:
            print("no paper: the book goes out as it is")
"""
)
SOLUTION: Final = (
    HEAD
    + """\
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue(send_invoice, connection=conn, number=order.number)
        try:
            async with conn.transaction():  # a savepoint: what fails inside takes nothing else with it
                await app.enqueue("wrap_gift", connection=conn, number=order.number)
                await conn.execute(TAKE, paper)
        except CheckViolationError:
            print("no paper: the book goes out as it is")
"""
)
AROUND_THE_BLOCK: Final = (
    HEAD
    + """\
    try:
        async with app.transaction() as conn:
            await write_order(conn, order)
            await app.enqueue(send_invoice, connection=conn, number=order.number)
            await app.enqueue("wrap_gift", connection=conn, number=order.number)
            await conn.execute(TAKE, paper)
    except CheckViolationError:
        print("no paper: the book goes out as it is")
"""
)
JOB_OUTSIDE: Final = (
    HEAD
    + """\
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue(send_invoice, connection=conn, number=order.number)
        await app.enqueue("wrap_gift", connection=conn, number=order.number)
        try:
            async with conn.transaction():
                await conn.execute(TAKE, paper)
        except CheckViolationError:
            print("no paper: the book goes out as it is")
"""
)
ANOTHER_CONNECTION: Final = (
    HEAD
    + """\
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue(send_invoice, connection=conn, number=order.number)
        try:
            async with app.transaction() as other:
                await app.enqueue("wrap_gift", connection=other, number=order.number)
                await other.execute(TAKE, paper)
        except CheckViolationError:
            print("no paper: the book goes out as it is")
"""
)
AFTERWARDS: Final = (
    HEAD
    + """\
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue(send_invoice, connection=conn, number=order.number)
    try:
        async with app.transaction() as conn:
            await app.enqueue("wrap_gift", connection=conn, number=order.number)
            await conn.execute(TAKE, paper)
    except CheckViolationError:
        print("no paper: the book goes out as it is")
"""
)
PAPERS: Final = "insert into books values ('Silver paper', 0), ('Blue paper', 100) on conflict do nothing"
SILVER, BLUE = "Silver paper", "Blue paper"
Left = tuple[int, int, int]  # orders, invoice jobs, wrap jobs
ALL: Final[Left] = (1, 1, 1)
UNWRAPPED: Final[Left] = (1, 1, 0)
NOTHING: Final[Left] = (0, 0, 0)


async def _request(learned: Learned, where: Where, paper: str) -> None:
    place_order = learned.get("place_order")
    async with Soniq(where.database) as app:
        app.job(name="send_invoice")(send_invoice)
        app.job(name="wrap_gift")(wrap_gift)
        await place_order(app, where.order, paper)


async def wrap_gift(number: int) -> None:
    """Wrap the book of an order."""


async def in_blue(learned: Learned, where: Where) -> None:
    """Order with paper that is there."""
    await _request(learned, where, BLUE)


async def in_silver(learned: Learned, where: Where) -> None:
    """Order with paper that is sold out."""
    await _request(learned, where, SILVER)


async def _look(actor: Actor, title: str, expected: Left, blow: str, attempt: Attempt) -> Finding:
    await attempt.shop.ask(PAPERS)
    run = await place(attempt, actor, title, blow=Blow(blow) if blow else None)
    if blow and not run.struck:
        return unreached(run, fault(blow).gloss)
    if not blow and (run.ending.error or run.ending.killed):
        return raised(run.ending, _words(expected))
    left = await _left(attempt, run)
    if left == expected:
        return fits(_words(left).removesuffix(".").lower())
    return differs(_words(left), _words(expected), _why(run, left, expected), _drawn(run))


async def _left(attempt: Attempt, run: Run) -> Left:
    tasks = [task for _, task, _ in await attempt.shop.jobs(run.order)]
    return len(await attempt.shop.orders(run.order)), tasks.count("send_invoice"), tasks.count("wrap_gift")


def _drawn(run: Run) -> Timeline:
    """Draw what was seen: on the wire all jobs look alike, and the shop's verdict knows of invoices only."""
    return timeline(retold(run.story, enqueue="enqueue a job"), f"x{run.order}")


def _why(run: Run, left: Left, expected: Left) -> str:
    events = run.story.events
    if left == NOTHING and any(event.label.startswith("COMMIT") for event in events):
        return (
            "Postgres refused one statement, and from there on the whole transaction was aborted. Catching the "
            "exception in Python changed nothing in Postgres: your COMMIT was answered by ROLLBACK, without an error."
        )
    if left == NOTHING:
        return "The exception left the whole block, and the block rolled back everything: the order, too."
    if expected == UNWRAPPED:
        return "The paper was refused, and its job stayed: somebody will be sent to wrap with paper that is not there."
    if left[0] < expected[0]:
        return (
            "The gift was written in a second transaction, on another connection; it was committed, and the order not."
        )
    return (
        "COMMIT ended the order's transaction first. The knife fell before the gift was written: nobody will wrap it."
    )


def _words(left: Left) -> str:
    orders, invoices, wraps = left
    if not any(left):
        return "Nothing: no order and no job."
    return f"{_count(orders, 'order')}, {_count(invoices, 'invoice job')}, {_count(wraps, 'wrap job')}.".capitalize()


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'s' * (number > 1)}"


def _step(actor: Actor, title: str, expected: Left, blow: str = "") -> Step:
    return Step(title, partial(_look, actor, title, expected, blow))


EXERCISE: Final = Exercise(
    number=6,
    name="half_a_rollback",
    title="Half a rollback",
    question=(
        "Ada wants her book in silver paper, and there is none left. The code catches that: the book was to go out as "
        "it is. She is told that all is well, and there is no order. Let the order stand where only the gift fails."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Read the last lines of the picture: what did the request ask for, and what did Postgres do?",
        "After a refused statement Postgres takes no other in this transaction; only a rollback helps. "
        "There is a rollback that goes back to a point inside, and keeps what was before it.",
        "`conn.transaction()` inside an open transaction is a savepoint. Put into it everything that belongs to the "
        "gift and nothing else, and let the exception leave that inner block before you catch it.",
    ),
    debrief=(
        "The inner block is a savepoint on the same connection: its failure rolls back the paper and the wrap job, "
        "and the order goes on as if they had never been asked for. "
        "In production: catch an error of Postgres's outside of a savepoint, never inside the transaction that it "
        "aborted, and put the job into the same savepoint as the fact that it is about."
    ),
    steps=(
        _step(in_blue, "There is paper", ALL),
        _step(in_silver, "The paper is sold out", UNWRAPPED),
        _step(in_blue, "SIGKILL after the first COMMIT", ALL, "after_commit"),
        _step(in_blue, "SIGKILL before the first COMMIT", NOTHING, "before_commit"),
    ),
    wrong_answers=(
        WrongAnswer("around_the_block", AROUND_THE_BLOCK, "The exception left the whole block"),
        WrongAnswer("job_outside", JOB_OUTSIDE, "The paper was refused, and its job stayed"),
        WrongAnswer("another_connection", ANOTHER_CONNECTION, "The gift was written in a second transaction"),
        WrongAnswer("afterwards", AFTERWARDS, "The knife fell before the gift was written"),
    ),
    lesson="05_soniqs_pool",
)
