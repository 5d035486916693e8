"""7: the drain deletes the notes, and publishes what it has deleted."""

import asyncio
from typing import Final

from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks.outbox import Outbox, Relay, until_done_or_waiting
from soniq.lab.exercises.looks.relays import in_order, judged, killed_relay
from soniq.lab.exercises.report.finding import Finding
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.record import Lane
from soniq.lab.stage import Blow

HEAD: Final = """\
from soniq.lab.shop.tasks import send_invoice


# outbox (id, number, noted_at): one note for each order, written and committed with it.
# `db` is psycopg's, in autocommit; several drains may run at the same time.
def drain(db, queue):
"""


def _cell(body: str) -> str:
    return HEAD + body


STARTER: Final = _cell(
    """\
    # TODO: no note may be lost, and none be published twice
    with db.transaction():
        notes = db.execute("delete from outbox returning number").fetchall()
    for (number,) in notes:
        queue.enqueue(send_invoice, number)
"""
)
SOLUTION: Final = _cell(
    """\
    with db.transaction():
        notes = db.execute("select id, number from outbox order by id for update skip locked").fetchall()
        for note, number in notes:
            queue.enqueue(send_invoice, number)
            db.execute("delete from outbox where id = %s", [note])
"""
)
BY_TIME: Final = _cell(
    """\
    with db.transaction():
        notes = db.execute("select number from outbox order by id for update").fetchall()
        for (number,) in notes:
            queue.enqueue(send_invoice, number)
        db.execute("delete from outbox where noted_at <= now()")
"""
)
NO_LOCK: Final = _cell(
    """\
    with db.transaction():
        notes = db.execute("select id, number from outbox order by id").fetchall()
        for note, number in notes:
            queue.enqueue(send_invoice, number)
            db.execute("delete from outbox where id = %s", [note])
"""
)
ONE_BY_ONE: Final = _cell(
    """\
    notes = db.execute("select id from outbox order by id").fetchall()
    for (note,) in notes:
        taken = db.execute("delete from outbox where id = %s returning number", [note]).fetchone()
        if taken:
            queue.enqueue(send_invoice, taken[0])
"""
)
NEVER_DELETED: Final = _cell(
    """\
    with db.transaction():
        notes = db.execute("select number from outbox order by id for update skip locked").fetchall()
        for (number,) in notes:
            queue.enqueue(send_invoice, number)
"""
)
DRAIN: Final = Relay("drain", "Drain", "delete the note")
TWO_DRAINS: Final[dict[Lane, str]] = {"request": "Orders", "relay": "A drain", "queue": "RQ", "worker": "The other"}
MEANWHILE: Final = "A note is committed while the drain is at work"
TWO: Final = "Two drains at once"


async def _meanwhile(attempt: Attempt) -> Finding:
    outbox = Outbox(attempt, DRAIN, MEANWHILE)
    draft = await outbox.draft()
    await outbox.note(1)
    looking = asyncio.create_task(outbox.look(Blow("after_enqueue", draft.commit)))
    await until_done_or_waiting(attempt.shop, looking)
    await draft.commit()  # a drain that waits for it would wait for ever
    await looking
    await outbox.look()
    return judged(
        outbox,
        await outbox.sent(),
        "The note of order {number} arrived while the drain was publishing the others. The drain had not read it, and "
        "deleted it with them: gone unsent.",
        "The drain published the note of order {number}, and the note was there still when it looked again.",
    )


async def _two(attempt: Attempt) -> Finding:
    outbox = Outbox(attempt, DRAIN, TWO, TWO_DRAINS)
    await outbox.note(2)
    others: list[asyncio.Task[None]] = []

    async def let_another_drain() -> None:
        others.append(asyncio.create_task(outbox.look_beside()))
        await until_done_or_waiting(attempt.shop, others[0])

    try:
        await outbox.look(Blow("after_enqueue", let_another_drain))
    finally:
        endings = await asyncio.gather(*others, return_exceptions=True)
    for error in filter(None, endings):
        raise error
    await outbox.look()
    return judged(
        outbox,
        await outbox.sent(),
        "Neither drain published the note of order {number}, and nor did the next look.",
        "Both drains read the note of order {number} before one of them had deleted it, and both sent it. "
        "That a row was read is nothing that another connection can see.",
    )


EXERCISE: Final = Exercise(
    number=7,
    name="drain_the_outbox",
    title="Drain the outbox",
    question=(
        "Orders write a note of their job into an outbox; a drain carries the notes to RQ. Last night a deploy killed "
        "it, and two invoices were never sent. Write the drain so that it may die at any moment, and run twice at once."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Two systems again: Postgres forgets the note, RQ learns of the job. Which of the two must be first, so that a "
        "death between them loses nothing?",
        "Publish, then delete, in one transaction, and delete what you have read and nothing else. "
        "Two drains need a sign on a row which says that somebody has it in hand, and which goes with a dead process.",
        "`select id, number from outbox … for update skip locked` takes the rows until the transaction ends; another "
        "drain passes over them. Delete each by its id, after its job is in RQ, in the same `with db.transaction():`.",
    ),
    debrief=(
        "A row lock says “in hand” to all other drains, and Postgres lets go of it when the process dies: the note is "
        "there again, and so nothing is lost. A death between RQ's answer and COMMIT publishes a note twice, "
        "which no order of the lines can cure. "
        "In production: an outbox delivers at least once, so let its jobs bear to be done twice."
    ),
    steps=(
        in_order(DRAIN),
        killed_relay(
            DRAIN,
            "The note was deleted and committed before its job was in RQ. Then the process died, and nobody knows of "
            "it any more.",
        ),
        Step(MEANWHILE, _meanwhile),
        Step(TWO, _two),
    ),
    wrong_answers=(
        WrongAnswer("by_time", BY_TIME, "gone unsent"),
        WrongAnswer("no_lock", NO_LOCK, "and both sent it"),
        WrongAnswer("one_by_one", ONE_BY_ONE, "deleted and committed before its job was in RQ"),
        WrongAnswer("never_deleted", NEVER_DELETED, "The second look published it once more"),
    ),
    lesson="04_the_outbox",
)
