"""9: the order is written on a connection of your own pool, and Soniq is handed the pool."""

from functools import partial
from typing import Final

import asyncpg

from soniq import Soniq
from soniq.errors import UnsupportedConnection
from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks import card_declined, good_day, killed, unreached
from soniq.lab.exercises.looks.tie import WORDS, Words
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.rows import Rows
from soniq.lab.stage import Blow, Scene

STARTER: Final = """\
from soniq.lab.shapes.sql import write_order
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.order import charge


async def place_order(app, pool, order):  # the pool is yours, of asyncpg
    async with pool.acquire() as conn, conn.transaction():
        await write_order(conn, order)
        # TODO: let the backend that writes the order write its job, in the same transaction
        await app.enqueue(send_invoice, connection=pool, number=order.number)
        charge(order)
"""
TODO: Final = "        # TODO: let the backend that writes the order write its job, in the same transaction\n"
BARE: Final = STARTER.replace(TODO, "")
SOLUTION: Final = BARE.replace("connection=pool", "connection=conn")
SONIQS_POOL: Final = BARE.replace("connection=pool, ", "")
SECOND_ACQUIRE: Final = BARE.replace(
    "        await app.enqueue(send_invoice, connection=pool, number=order.number)\n",
    """\
        async with pool.acquire() as other, other.transaction():
            await app.enqueue(send_invoice, connection=other, number=order.number)
""",
)
NO_TRANSACTION: Final = BARE.replace("pool.acquire() as conn, conn.transaction():", "pool.acquire() as conn:").replace(
    "connection=pool", "connection=conn"
)
OUTSIDE: Final = BARE.replace(
    """\
        await app.enqueue(send_invoice, connection=pool, number=order.number)
        charge(order)
""",
    """\
        charge(order)
    async with pool.acquire() as conn, conn.transaction():
        await app.enqueue(send_invoice, connection=conn, number=order.number)
""",
)
TWO: Final = (
    "Each connection of a pool leads to a backend of its own. Two backends, two transactions: Postgres commits each "
    "without the other."
)
TOLD: Final[Words] = WORDS | {
    "two transactions": TWO,
    "by itself": (
        "Soniq took a connection of its own pool for the job, and it was committed there at once. "
        "Your order was rolled back, and our job stayed."
    ),
}
REFUSED: Final = {
    UnsupportedConnection.__name__: "A pool has no transaction that a job could join, so Soniq refused it.",
}
ONE_BACKEND: Final = "One backend writes the order and its job."
HELD: Final = """
    select case relation when 'orders'::regclass then 'orders' else 'soniq.jobs' end as table, pid as backend
    from pg_locks
    where relation in ('orders'::regclass, 'soniq.jobs'::regclass) and mode = 'RowExclusiveLock' and granted
    order by 1
"""


async def request(learned: Learned, where: Where) -> None:
    """Be a request with a pool of its own beside Soniq's."""
    place_order = learned.get("place_order")
    async with Soniq(where.database) as app, asyncpg.create_pool(where.database, min_size=1) as pool:
        app.job(name="send_invoice")(send_invoice)
        await place_order(app, pool, where.order)


async def _backends(attempt: Attempt) -> Finding:
    scene = Scene(attempt.shop, "Who writes, asked just before COMMIT")
    held: list[Rows] = []

    async def ask() -> None:
        held.append(await attempt.shop.ask(HELD, source="Postgres, tables and the backends that write them"))

    await attempt.request(scene, request, blow=Blow("before_commit", ask))
    run = await scene.conclude()
    if not held:
        return unreached(run, "before COMMIT")
    writers = {str(table): str(pid) for table, pid in held[0]}
    order, job = writers.get("orders"), writers.get("soniq.jobs")
    if order and order == job:
        return fits(f"backend {order} writes both")
    return differs(_seen(order, job), ONE_BACKEND, _why(order, job), run.timeline, held[0])


def _seen(order: str | None, job: str | None) -> str:
    of_the_order = f"Backend {order} is writing the order" if order else "No open transaction is writing the order"
    of_the_job = f"backend {job} is writing the job" if job else "no open transaction is writing the job"
    return f"{of_the_order}, and {of_the_job}."


def _why(order: str | None, job: str | None) -> str:
    if order and job:
        return TWO
    if order:
        return (
            "A transaction belongs to one backend. The job was committed by another one already, or is still to be "
            "written after this COMMIT: either way the order's end will not be the job's."
        )
    return "The order was committed already, by a transaction that the job had no part in."


_killed = partial(killed, request, words=TOLD)

EXERCISE: Final = Exercise(
    number=9,
    name="your_own_pool",
    title="Your own pool",
    question=(
        "You have an asyncpg pool, and keep it. A colleague has read that Soniq takes your connection, and handed over "
        "the pool; no order goes through any more. Let order and job be written by one backend, in one transaction."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Count the connections: on which of them was BEGIN sent? The pool itself has sent none.",
        "A pool lends connections, and each of them is a backend and a transaction of its own. A job joins a "
        "transaction by being written on the very connection that has it open.",
        "The block's first line gives a name to the connection that it borrowed. "
        "That name, not the pool's, is what `connection=` wants.",
    ),
    debrief=(
        "Soniq writes the job's row on the connection that you hand over, so your backend has both rows in the one "
        "transaction that is open there; its own pool has no part in that. "
        "A pool is a crowd of backends, and what it would lend next is another transaction. "
        "In production: open the transaction where the request begins, and pass its connection down, never the pool."
    ),
    steps=(
        good_day(request, REFUSED),
        card_declined(request, TOLD),
        Step("Postgres is asked who writes", _backends),
        _killed(where="between_the_calls", title="SIGKILL between the order and its job"),
        _killed(where="before_commit", title="SIGKILL before COMMIT"),
        _killed(where="after_commit", title="SIGKILL after COMMIT"),
    ),
    wrong_answers=(
        WrongAnswer("soniqs_pool", SONIQS_POOL, "Your order was rolled back, and our job stayed"),
        WrongAnswer("second_acquire", SECOND_ACQUIRE, "Two backends, two transactions"),
        WrongAnswer("no_transaction", NO_TRANSACTION, "no transaction is open"),
        WrongAnswer("afterwards", OUTSIDE, "is still to be written after this COMMIT"),
    ),
    lesson="06_your_own_pool",
)
