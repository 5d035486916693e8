"""2: somebody looks for a row before the commit that publishes it."""

from typing import Final

import asyncpg

from soniq.lab.draw import timeline
from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks import retold
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.record import Event, Lane, Story
from soniq.lab.stage import Blow, Scene

STARTER: Final = """\
ORDER = "insert into orders values ($1, 'Ada', 'The First Compiler')"
TAKE = "update books set stock = stock - 1 where title = 'The First Compiler'"
FIND = "select * from orders where number = $1"


async def place_and_find(ada, grace, number):
    # Ada and Grace have a connection each. Order and stock belong together.
    async with ada.transaction():
        await ada.execute(ORDER, number)
        await ada.execute(TAKE)
        # TODO: Grace must find the order
        found = await grace.fetchrow(FIND, number)
    return found
"""
LOOK: Final = """\
        # TODO: Grace must find the order
        found = await grace.fetchrow(FIND, number)
"""
SOLUTION: Final = STARTER.replace(LOOK, "").replace(
    "    return found", "    found = await grace.fetchrow(FIND, number)\n    return found"
)
ON_THE_WRITER: Final = STARTER.replace("grace.fetchrow", "ada.fetchrow")
ASLEEP: Final = "import asyncio\n\n" + STARTER.replace(
    "        # TODO: Grace must find the order\n", "        await asyncio.sleep(0.6)\n"
)
UNCOMMITTED: Final = STARTER.replace(
    LOOK,
    """\
        async with grace.transaction(isolation="read_uncommitted"):
            found = await grace.fetchrow(FIND, number)
""",
)
AUTOCOMMIT: Final = """\
ORDER = "insert into orders values ($1, 'Ada', 'The First Compiler')"
TAKE = "update books set stock = stock - 1 where title = 'The First Compiler'"
FIND = "select * from orders where number = $1"


async def place_and_find(ada, grace, number):
    await ada.execute(ORDER, number)
    found = await grace.fetchrow(FIND, number)
    await ada.execute(TAKE)
    return found
"""
LANES: Final[dict[Lane, str]] = {"request": "Ada", "postgres": "Postgres", "worker": "Grace"}
FOUND: Final = "Grace finds the order."
PATIENT_NS: Final = 300_000_000  # nobody waits that long for a statement's answer


async def place_and_find(learned: Learned, where: Where, graces_url: str) -> None:
    """Be one process with two connections, of which each is watched by itself."""
    act = learned.get("place_and_find")
    ada, grace = await asyncpg.connect(where.database), await asyncpg.connect(graces_url)
    await act(ada, grace, where.order.number)
    await grace.close()
    await ada.close()


async def _grace_looks(attempt: Attempt) -> Finding:
    scene = Scene(attempt.shop, "Ada writes, Grace looks", lanes=LANES)
    async with scene.line("worker") as graces:
        ending = await attempt.request(scene, place_and_find, graces.url)
    if ending.error or ending.killed:
        return raised(ending, FOUND)
    story = scene.told()
    looks = [event for event in story.events if event.kind == "read" and event.lane == "worker"]
    if any(event.found for event in looks):
        return fits("she finds it")
    drawing = timeline(retold(story, note=None), f"x{scene.order.number}")
    if not looks:
        return differs("Grace never looked.", FOUND, _nobody_else_looked(story), drawing)
    return differs("Grace looked, and there was no row.", FOUND, _why(story, looks[-1]), drawing)


async def _knife(attempt: Attempt) -> Finding:
    scene = Scene(attempt.shop, "SIGKILL after the insert", lanes=LANES)
    async with scene.line("worker") as graces:
        await attempt.request(scene, place_and_find, graces.url, blow=Blow("after_insert"))
    if not len(await attempt.shop.orders(scene.order.number)):
        return fits("neither of them")
    return differs(
        "The order stands, and no book was taken from the shelf.",
        "Order and stock, or neither of them.",
        "Without BEGIN each statement commits by itself: the order was published at once, and its other half was "
        "never written.",
        timeline(retold(scene.told(), note=None), f"x{scene.order.number}"),
    )


def _why(story: Story, look: Event) -> str:
    """Say why a look found nothing, from when it was and in what."""
    write = next((event for event in story.events if event.kind == "write"), None)
    if write is None:
        return "Nobody had written it."
    if any(event.kind == "commit" and event.lane == "request" and event.seq < look.seq for event in story.events):
        return "Ada had committed. Grace looked in a transaction that shows what there was when it took its snapshot."
    if look.tx:
        return (
            "Ada had not committed. Grace looked in a transaction of her own, and its isolation level does not matter: "
            "whoever asks Postgres for READ UNCOMMITTED is given READ COMMITTED."
        )
    if look.at_ns - write.at_ns > PATIENT_NS:
        return "Ada had written it a while before, and had not committed. COMMIT publishes; time does not."
    return "Ada had written the order, and had not committed it. Until then it is her draft."


def _nobody_else_looked(story: Story) -> str:
    if any(event.kind == "read" and event.lane == "request" for event in story.events):
        return "Ada looked, on the connection that wrote the order: whoever writes sees their own draft."
    return "No connection looked for the order."


EXERCISE: Final = Exercise(
    number=2,
    name="who_can_see_it",
    title="Who can see it?",
    question=(
        "Grace packs what Ada has ordered. She looks, and there is no order, though Ada has just written it. "
        "Let Grace find it, with order and stock still in one transaction."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Look at the band in the picture: where does it end, and where does Grace look?",
        "A row is published at one moment, for everybody at once. Which line of the code is that moment, and "
        "which lines run before it?",
        "The end of the block `async with ada.transaction()` sends COMMIT. Whatever is indented under it happens "
        "before; Grace's line may stand further to the left.",
    ),
    debrief=(
        "COMMIT is sent at the end of the block, and Grace now looks after it. "
        "Neither waiting nor an isolation level shows her a draft; only the writer's own connection sees it. "
        "In production: whoever is told of a row, a worker above all, must be told after its commit, or by it."
    ),
    steps=(
        Step("Grace looks for the order", _grace_looks),
        Step("SIGKILL between the order and the stock", _knife),
    ),
    wrong_answers=(
        WrongAnswer("on_the_writer", ON_THE_WRITER, "sees their own draft"),
        WrongAnswer("asleep", ASLEEP, "COMMIT publishes; time does not"),
        WrongAnswer("read_uncommitted", UNCOMMITTED, "is given READ COMMITTED"),
        WrongAnswer("autocommit", AUTOCOMMIT, "Without BEGIN each statement commits by itself"),
    ),
    lesson="00_start_here",
)
