"""16: the answer to COMMIT is lost, and the code tries again what has been done."""

from functools import partial
from typing import Final

from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks.clicks import Clicks, Left
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.stage import Blow

STARTER: Final = """\
from asyncpg import PostgresConnectionError

from soniq.lab.shapes.tasks import send_invoice

# The database gives an order its number. Of a column `request` it takes each text once only.
ORDER = "insert into orders (customer, book) values ($1, $2) returning number"


async def place_order(app, click):
    # click.customer, click.book; and click.key, which Ada's page made for this click
    # TODO: the same click is one order, however often it arrives here
    async with app.transaction() as conn:
        number = await conn.fetchval(ORDER, click.customer, click.book)
        await app.enqueue(send_invoice, connection=conn, number=number)
    return number


async def answer(app, click):
    for _ in range(3):
        try:
            return await place_order(app, click)
        except PostgresConnectionError:
            print("connection lost: once more")
"""
HEAD: Final = """\
from asyncpg import PostgresConnectionError

from soniq.lab.shapes.tasks import send_invoice

ORDER = \"\"\"insert into orders (customer, book, request) values ($1, $2, $3)
on conflict (request) do nothing returning number\"\"\"
FIND = "select number from orders where request = $1"

"""
PLACE: Final = """\

async def place_order(app, click):
    async with app.transaction() as conn:
        number = await conn.fetchval(ORDER, click.customer, click.book, click.key)
        if number is None:  # it was placed before, by a try whose answer got lost
            return await conn.fetchval(FIND, click.key)
        await app.enqueue(send_invoice, connection=conn, number=number)
    return number

"""
ANSWER: Final = """\

async def answer(app, click):
    for _ in range(3):
        try:
            return await place_order(app, click)
        except PostgresConnectionError:
            print("connection lost: once more")
"""
SOLUTION: Final = HEAD + PLACE + ANSWER
KEYED: Final = SOLUTION.replace("  # it was placed before, by a try whose answer got lost", "").replace(
    "click.key)", "key)"
)
NEW_KEY_EACH_TRY: Final = "from uuid import uuid4\n\n" + KEYED.replace(
    "(app, click):\n    async with", "(app, click):\n    key = uuid4().hex\n    async with"
)
KEY_OF_THE_SERVER: Final = "from uuid import uuid4\n\n" + KEYED.replace(
    "place_order(app, click)", "place_order(app, click, key)"
).replace("    for _ in", "    key = uuid4().hex\n    for _ in")
KEY_OF_THE_CONTENT: Final = KEYED.replace(
    "(app, click):\n    async with", '(app, click):\n    key = f"{click.customer}/{click.book}"\n    async with'
)
NO_RETRY: Final = SOLUTION.replace(
    ANSWER,
    """\

async def answer(app, click):
    return await place_order(app, click)
""",
)
BELIEVED: Final = """\
from asyncpg import PostgresConnectionError

from soniq.lab.shapes.tasks import send_invoice

NUMBER = "select nextval('numbers')"
ORDER = "insert into orders (number, customer, book) values ($1, $2, $3)"


async def answer(app, click):
    async with app.transaction() as conn:
        number = await conn.fetchval(NUMBER)
    try:
        async with app.transaction() as conn:
            await conn.execute(ORDER, number, click.customer, click.book)
            await app.enqueue(send_invoice, connection=conn, number=number)
    except PostgresConnectionError:
        print("connection lost, but it was committed")
    return number
"""
LOST: Final = "Ada has one order and one invoice job, and is told its number."


async def _one_order(title: str, fault: str, attempt: Attempt) -> Finding:
    clicks = Clicks(attempt, title)
    await clicks.open()
    failed = await clicks.click(f"key-{clicks.scene.order.number}", LOST, Blow(fault, "cut") if fault else None)
    if failed:
        return failed
    left = await clicks.left()
    if left.counted == (1, 1) and [left.told] == left.orders == left.jobs:
        return fits("one order, one job")
    return differs(_words(left), LOST, _why(left), clicks.drawn())


async def _sent_again(attempt: Attempt) -> Finding:
    clicks = Clicks(attempt, "Ada's browser sends the click again")
    await clicks.open()
    for _ in range(2):
        failed = await clicks.click("the same click", LOST)
        if failed:
            return failed
    left = await clicks.left()
    if left.counted == (1, 1) and [left.told] == left.orders:
        return fits("one order, one job, the same answer")
    why = (
        "It was one click, and two processes of yours made a key for it. Only who decides that it is the same wish "
        "can give it its name, and that is neither of them."
    )
    return differs(_words(left), LOST, why if len(left.orders) > 1 else _why(left), clicks.drawn())


async def _second_wish(attempt: Attempt) -> Finding:
    clicks = Clicks(attempt, "Ada wants a second copy, and clicks a second time")
    expected = "Two orders, two jobs: two clicks are two wishes."
    await clicks.open()
    for key in ("a first click", "a second click"):
        failed = await clicks.click(key, expected)
        if failed:
            return failed
    left = await clicks.left()
    if left.counted == (2, 2):
        return fits("two orders, two jobs")
    why = "The second click has the same customer and the same book as the first. The order of a present was swallowed."
    return differs(_words(left), expected, why, clicks.drawn())


def _why(left: Left) -> str:
    if not left.orders:
        return (
            "This time the connection was lost before COMMIT reached Postgres, so all was rolled back. The code heard "
            "the same error in both cases, and had no way to tell them apart."
        )
    if len(left.orders) > 1:
        known = [key for key in left.keys if key]
        named = f"the tries had the keys {' and '.join(known)}" if known else "neither try had a key"
        return (
            f"The first try was committed, and its answer was lost; {named}, so to Postgres the second "
            "one was another order. Every order has its job, all is consistent, and Ada pays twice."
        )
    if len(left.jobs) != 1:
        return "The order was found, and another job was written for it." if left.jobs else "Its job was not written."
    return "The order is there, and the answer does not name it: Ada's page shows nothing, and she clicks again."


def _words(left: Left) -> str:
    orders, jobs = left.counted
    told = f"Ada was told {left.told}." if left.told else "Ada was told of no order."
    return f"{orders or 'No'} order{'s' * (orders != 1)}, {jobs or 'no'} job{'s' * (jobs != 1)}. {told}"


def _step(title: str, fault: str = "") -> Step:
    return Step(title, partial(_one_order, title, fault))


EXERCISE: Final = Exercise(
    number=16,
    name="the_answer_that_never_came",
    title="The answer that never came",
    question=(
        "Ada clicked once, and paid for two copies. The connection was lost, so the code tried again; no audit finds "
        "anything amiss. Let each click of hers be one order, however often it arrives."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Read the picture: had the first try failed? Who knew, and who did not?",
        "Nobody can tell a lost answer from a lost request. So let the second try be harmless: write down with the "
        "order which click it belongs to, and let Postgres refuse a second order of the same click.",
        "`insert into orders (customer, book, request) … on conflict (request) do nothing returning number`: "
        "no number means that the order is there, and that its job is, too. Ask for its number, and answer with that.",
    ),
    debrief=(
        "The key is written in the order's own transaction, so a click is known if and only if its order and job are "
        "there; whoever comes later finds the order and gives the answer that got lost. "
        "The key has to come from where the wish does: one that the server makes is new where it should be old, and "
        "one made of the content is old where it should be new. "
        "In production: retry nothing that is not keyed, and let the client send the key (an Idempotency-Key)."
    ),
    steps=(
        _step("Nothing goes wrong"),
        _step("The connection is cut after COMMIT, before the answer", "after_commit"),
        _step("The connection is cut before COMMIT", "before_commit"),
        Step("Ada's browser sends the same click again", _sent_again),
        Step("Ada clicks a second time, for a second copy", _second_wish),
    ),
    wrong_answers=(
        WrongAnswer("new_key_each_try", NEW_KEY_EACH_TRY, "all is consistent, and Ada pays twice"),
        WrongAnswer("no_retry", NO_RETRY, "An error says that nobody knows"),
        WrongAnswer("believed", BELIEVED, "had no way to tell them apart"),
        WrongAnswer("key_of_the_server", KEY_OF_THE_SERVER, "two processes of yours made a key"),
        WrongAnswer("key_of_the_content", KEY_OF_THE_CONTENT, "was swallowed"),
    ),
    lesson="12_exactly_once",
)
