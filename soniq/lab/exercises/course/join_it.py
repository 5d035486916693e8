"""5: the job is enqueued beside the order's transaction, and has to come into it."""

from typing import Final

from soniq import Soniq
from soniq.lab.exercises.exercise import Exercise, WrongAnswer
from soniq.lab.exercises.looks import card_declined, early_worker, good_day, killed
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.shapes.tasks import send_invoice

STARTER: Final = """\
from soniq.lab.shapes.sql import write_order
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.order import charge


async def place_order(app, order):
    async with app.transaction() as conn:
        await write_order(conn, order)
        # TODO: let the job stand or fall with its order
        await app.enqueue(send_invoice, number=order.number)
        charge(order)
"""
SOLUTION: Final = STARTER.replace("(send_invoice, number", "(send_invoice, connection=conn, number").replace(
    "# TODO: let the job stand or fall with its order", "# on the order's own connection: in its transaction"
)
AFTER_THE_BLOCK: Final = STARTER.replace(
    """\
        # TODO: let the job stand or fall with its order
        await app.enqueue(send_invoice, number=order.number)
        charge(order)
""",
    """\
        charge(order)
    await app.enqueue(send_invoice, number=order.number)
""",
)
TWO_TRANSACTIONS: Final = STARTER.replace("as conn:", "as conn, app.transaction() as other:").replace(
    "(send_invoice, number", "(send_invoice, connection=other, number"
)
BEFORE_BEGIN: Final = """\
from soniq.lab.shapes.sql import write_order
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.order import charge


async def place_order(app, order):
    async with app.backend.acquire() as conn:
        await app.enqueue(send_invoice, connection=conn, number=order.number)
        async with conn.transaction():
            await write_order(conn, order)
            charge(order)
"""
SWALLOWED: Final = """\
from soniq.lab.shapes.sql import write_order
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.order import CardDeclined, charge


async def place_order(app, order):
    try:
        charge(order)
    except CardDeclined:
        return
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue(send_invoice, number=order.number)
"""


async def request(learned: Learned, where: Where) -> None:
    """Be a request that uses Soniq's pool; its task lets itself be enqueued anywhere."""
    place_order = learned.get("place_order")
    async with Soniq(where.database) as app:
        app.job(name="send_invoice")(send_invoice)
        await place_order(app, where.order)


EXERCISE: Final = Exercise(
    number=5,
    name="join_it",
    title="Join it",
    question=(
        "Ada's card is declined, and the order is rolled back. She gets an invoice all the same: "
        "the job was already on its way. Let the job stand or fall with its order."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Look at the picture: on which connection is the order written, and on which one the job?",
        "A transaction belongs to one connection. What is to commit with the order must be said on the connection "
        "that the order was written on, between its BEGIN and its COMMIT.",
        "`app.enqueue` takes the connection of your open transaction as `connection=…`. "
        "Which name has that connection inside the block?",
    ),
    debrief=(
        "The job is now a row on the order's own connection, so it has the order's BEGIN and the order's end: "
        "one COMMIT publishes both, one ROLLBACK takes both, and what a killed process left open is rolled back. "
        "In production: whatever must be true together is written on one connection, in one transaction; "
        "`@app.job(transactional=True)` refuses an enqueue that forgets it."
    ),
    steps=(
        good_day(request),
        card_declined(request),
        killed(request, "between_the_calls", "SIGKILL between the order and its job"),
        killed(request, "before_commit", "SIGKILL before COMMIT"),
        early_worker(request),
        killed(request, "after_commit", "SIGKILL after COMMIT"),
    ),
    wrong_answers=(
        WrongAnswer("after_the_block", AFTER_THE_BLOCK, "COMMIT ended the order's transaction first"),
        WrongAnswer("two_transactions", TWO_TRANSACTIONS, "These are two transactions"),
        WrongAnswer("before_begin", BEFORE_BEGIN, "no transaction is open"),
        WrongAnswer("swallowed", SWALLOWED, "CardDeclined never left your code"),
    ),
    lesson="05_soniqs_pool",
)
