"""11: Tortoise's models find their transaction by themselves, and a job does not."""

from functools import partial
from typing import Final

from tortoise import Tortoise

from soniq import Soniq
from soniq.errors import NotInTransaction
from soniq.lab.exercises.exercise import Exercise, WrongAnswer
from soniq.lab.exercises.looks import card_declined, good_day, killed
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shapes.tortoise_process import open_tortoise

STARTER: Final = """\
from tortoise import connections
from tortoise.transactions import in_transaction

from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shapes.tortoise_models import OrderRow
from soniq.lab.shop.order import charge


async def place_order(app, order):
    async with in_transaction():
        await OrderRow.of(order).save()
        # TODO: let the job stand or fall with its order
        await app.enqueue(send_invoice, number=order.number)
        charge(order)
"""
BARE: Final = STARTER.replace("        # TODO: let the job stand or fall with its order\n", "")
ENQUEUE: Final = "        await app.enqueue(send_invoice, number=order.number)\n        charge(order)\n"
SOLUTION: Final = BARE.replace("in_transaction():", "in_transaction() as conn:").replace(
    "(send_invoice, number", "(send_invoice, connection=conn, number"
)
CAPTURED: Final = BARE.replace(
    "    async with in_transaction():", '    client = connections.get("default")\n    async with in_transaction():'
).replace("(send_invoice, number", "(send_invoice, connection=client, number")
SONIQS_TRANSACTION: Final = BARE.replace("in_transaction():", "in_transaction(), app.transaction() as mine:").replace(
    "(send_invoice, number", "(send_invoice, connection=mine, number"
)
AFTER_THE_BLOCK: Final = BARE.replace(
    ENQUEUE, "        charge(order)\n    await app.enqueue(send_invoice, number=order.number)\n"
)
REFUSED: Final = {
    NotInTransaction.__name__: (
        "Soniq refused this client: that client is not in the transaction. `in_transaction()` takes a connection for "
        "itself and speaks through another client, which the models inside the block find; the one that you hold leads "
        "to the pool, and each statement on it commits by itself."
    ),
}


async def request(learned: Learned, where: Where) -> None:
    """Be a request that writes by Tortoise's models."""
    place_order = learned.get("place_order")
    await open_tortoise(where.database)
    async with Soniq(where.database) as app:
        app.job(name="send_invoice")(send_invoice)
        await place_order(app, where.order)
    await Tortoise.close_connections()


_killed = partial(killed, request)

EXERCISE: Final = Exercise(
    number=11,
    name="tortoises_transaction",
    title="Tortoise's transaction",
    question=(
        "Inside `in_transaction()` every model knows where to write, so nobody names a connection. "
        "The job was taken for one of them. Ada's card is declined, the order is rolled back, and she gets an invoice. "
        "Let the job stand or fall with its order."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "On which connection did the models write, and who told Soniq about it?",
        "`in_transaction()` takes one connection out of Tortoise's pool for as long as the block lasts. "
        "Models look it up by themselves; everything else has to be handed it, and only the block has it to give.",
        "`async with in_transaction() as …:` gives the transaction's client a name. `app.enqueue` takes it as "
        "`connection=…`.",
    ),
    debrief=(
        "The client that the block gives speaks on the transaction's own connection, so the job has the order's BEGIN "
        "and the order's end. A client from outside of the block leads to the pool, whatever is open around it. "
        "In production: pass the block's client to whoever writes for you, and never keep one in a variable that "
        "outlives the block."
    ),
    steps=(
        good_day(request, REFUSED),
        card_declined(request),
        _killed(where="between_the_calls", title="SIGKILL between the order and its job"),
        _killed(where="before_commit", title="SIGKILL before COMMIT"),
        _killed(where="after_commit", title="SIGKILL after COMMIT"),
    ),
    wrong_answers=(
        WrongAnswer("captured", CAPTURED, "that client is not in the transaction"),
        WrongAnswer("soniqs_transaction", SONIQS_TRANSACTION, "These are two transactions"),
        WrongAnswer("after_the_block", AFTER_THE_BLOCK, "COMMIT ended the order's transaction first"),
    ),
    lesson="08_tortoise",
)
