"""8: a relay remembers the last id that it saw, and ids do not appear in their order."""

import asyncio
from functools import partial
from typing import Final

from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks.outbox import Outbox, Relay, until_done_or_waiting
from soniq.lab.exercises.looks.relays import in_order, judged, killed_relay
from soniq.lab.exercises.report.finding import Finding
from soniq.lab.exercises.run.attempt import Attempt

HEAD: Final = """\
from soniq.lab.shop.tasks import send_invoice

# outbox (id, number, published boolean, noted_at): one note for each order, committed with it.
# outbox_cursor (last_seen, last_noted_at): one row, for the relay to keep what it likes.
"""


def _cell(body: str) -> str:
    return HEAD + body


STARTER: Final = _cell(
    """\
NEW = \"""
    select id, number from outbox
    where id > (select last_seen from outbox_cursor)
    order by id
\"""


def publish(db, queue):  # `db` is psycopg's, in autocommit
    with db.transaction():
        notes = db.execute(NEW).fetchall()
        # TODO: no note may be skipped, in whatever order they are committed
        for note, number in notes:
            queue.enqueue(send_invoice, number)
            db.execute("update outbox_cursor set last_seen = %s", [note])
"""
)
MARK: Final = 'db.execute("update outbox_cursor set last_seen = %s", [note])'
MARK_ROW: Final = 'db.execute("update outbox set published = true where id = %s", [note])'
TODO: Final = "        # TODO: no note may be skipped, in whatever order they are committed\n"
BY_ID: Final = "where id > (select last_seen from outbox_cursor)\n    order by id"
BARE: Final = STARTER.replace(TODO, "")
SOLUTION: Final = BARE.replace(BY_ID, "where not published\n    order by id for update skip locked").replace(
    MARK, MARK_ROW
)
TEN_BACK: Final = BARE.replace(
    BY_ID, "where id > (select last_seen - 10 from outbox_cursor) and not published\n    order by id"
).replace(MARK, "\n            ".join([MARK, MARK_ROW]))
BY_TIME: Final = (
    BARE.replace("select id, number", "select noted_at, number")
    .replace(BY_ID, "where noted_at > (select last_noted_at from outbox_cursor)\n    order by noted_at")
    .replace("last_seen = %s", "last_noted_at = %s")
)
MARKED_FIRST: Final = _cell(
    """\
NEW = "update outbox set published = true where not published returning number"


def publish(db, queue):
    for (number,) in db.execute(NEW).fetchall():
        queue.enqueue(send_invoice, number)
"""
)
PUBLISH: Final = Relay("publish", "Relay", "mark what was seen")
BEGAN: Final = "select last_noted_at > '-infinity' from outbox_cursor"
BY_NUMBER: Final = (
    "Ids are given when a row is written, and rows appear when they are committed: the note of order {number} has the "
    "lower id and appeared later. What you remember had moved past it."
)
BY_CLOCK: Final = (
    "now() is the moment at which a transaction began, not the one at which it committed: the same gap as with ids. "
    "The note of order {number} carries the earlier time and appeared later; what you remember had moved past it."
)
TOO_FAR: Final = (
    "Eleven notes were committed while the transaction of order {number} was open. A look back reaches only so far, "
    "and nobody bounds how many may overtake an open transaction."
)
TWICE: Final = "The note of order {number} was published by one look, and again by the next."


async def _overtaken(title: str, by: int, attempt: Attempt) -> Finding:
    outbox = Outbox(attempt, PUBLISH, title)
    draft = await outbox.draft()
    await outbox.note(by)
    looking = asyncio.create_task(outbox.look())
    await until_done_or_waiting(attempt.shop, looking)
    await draft.commit()
    await looking
    await outbox.look()
    [[keeps_time]] = await attempt.shop.ask(BEGAN)
    skipped = TOO_FAR if by > 1 else BY_NUMBER
    return judged(outbox, await outbox.sent(), BY_CLOCK if keeps_time else skipped, TWICE)


def _step(title: str, by: int) -> Step:
    return Step(title, partial(_overtaken, title, by))


EXERCISE: Final = Exercise(
    number=8,
    name="the_cursor_that_skips",
    title="The cursor that skips",
    question=(
        "The relay remembers the last note that it saw, and looks for later ones. On busy days an invoice is missing, "
        "its note is in the outbox, and the relay has never complained. Let it skip none."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "In the picture, compare two orders of events: that in which notes were written, and that in which they were "
        "committed. Which of them does the cursor follow?",
        "No number and no time that a row is given when it is written says when it appears. "
        "Ask each row about itself: has it been published?",
        "Take the rows `where not published`, and after each job say so in its own row, by its id. "
        "`for update skip locked` lets a second relay pass.",
    ),
    debrief=(
        "Whether a note was published now stands in the note, so it does not matter when it appeared or what "
        "overtook it; the cursor is not needed any more. "
        "A sequence and a clock order rows by their beginning, and Postgres shows them by their commit. "
        "In production: be wary of each “everything since my last look”, also in exports, caches and replicas."
    ),
    steps=(
        in_order(PUBLISH),
        _step("A later note is committed first", 1),
        _step("Eleven later notes are committed first", 11),
        killed_relay(
            PUBLISH,
            "It was marked as published, and that was committed, before its job was in RQ. Then the process died, and "
            "the mark tells everybody after it that there is nothing to do.",
        ),
    ),
    wrong_answers=(
        WrongAnswer("ten_back", TEN_BACK, "A look back reaches only so far"),
        WrongAnswer("by_time", BY_TIME, "the same gap as with ids"),
        WrongAnswer("marked_first", MARKED_FIRST, "the mark tells everybody after it"),
    ),
    lesson="04_the_outbox",
)
