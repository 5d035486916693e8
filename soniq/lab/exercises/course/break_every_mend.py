"""4: four mends of a dual write, each of which some fault breaks."""

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import Any, Final

import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue

from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.exercises.sources import mends
from soniq.lab.shop.order import COMMON, SOLD_OUT, Order
from soniq.lab.stage import Blow, Run, Scene

STARTER: Final = """\
# Each of these writes Ada's order into Postgres and tells RQ, and somebody has mended it already.
# TODO: name for each a fault after which order and job do not agree. There are these:
#
#   connection_lost      the connection is lost at the second call, once
#   broker_down          nobody listens where RQ should be
#   sold_out             the stock constraint refuses the order
#   kill_before_commit   SIGKILL just before COMMIT reaches Postgres
#   kill_after_commit    SIGKILL just after COMMIT
BREAKS = {
    "write_and_retry": None,
    "write_and_compensate": None,
    "enqueue_and_cancel": None,
    "enqueue_on_commit": None,
}
"""
SHOWN: Final = """\
from soniq.lab.exercises.sources import mends

lab.show(mends.write_and_retry, mends.write_and_compensate, mends.enqueue_and_cancel, mends.enqueue_on_commit)
"""
BLOWS: Final[dict[str, Blow | None]] = {
    "connection_lost": Blow("between_the_calls", "cut"),
    "broker_down": Blow("broker_down"),
    "sold_out": None,
    "kill_before_commit": Blow("before_commit"),
    "kill_after_commit": Blow("after_commit"),
}
ANSWERS: Final = {
    "write_and_retry": "broker_down",
    "write_and_compensate": "kill_after_commit",
    "enqueue_and_cancel": "kill_before_commit",
    "enqueue_on_commit": "kill_after_commit",
}
EXPECTED: Final = "A fault after which order and job do not agree."


def breaks(given: Mapping[str, str]) -> str:
    """Write a cell with these answers, and the right ones where none is given."""
    lines = "\n".join(f'    "{code}": "{given.get(code, ANSWERS[code])}",' for code in ANSWERS)
    return f"BREAKS = {{\n{lines}\n}}\n"


def choose(learned: Learned, _: Where, code: str) -> str | None:
    """Look up which fault the learner names."""
    found = learned.get("BREAKS").get(code)
    return None if found is None else str(found).strip().lower()


def place(database: str, broker: str, queue: str, order: dict[str, Any], code: str) -> None:
    """Be the request, and call one of the mended codes."""
    with (
        psycopg.connect(database) as db,
        closing(Redis.from_url(broker, retry=Retry(NoBackoff(), 0))) as connection,
    ):
        getattr(mends, code)(db, Queue(queue, connection=connection), Order(**order))


async def _break(code: str, attempt: Attempt) -> Finding:
    ending = await attempt.run(choose, code)
    if ending.error:
        return raised(ending, EXPECTED)
    fault: str | None = ending.value
    if fault is None:
        return differs("No fault is named here yet.", EXPECTED, "Nothing happened to this code.")
    if fault not in BLOWS:
        return differs(f"{fault!r} is no fault.", EXPECTED, "The five that can happen are listed in the cell.")
    book = SOLD_OUT if fault == "sold_out" else COMMON
    scene = Scene(attempt.shop, f"{code}: {fault}", Order(attempt.shop.next_number(), book=book), ["queue"])
    await scene.request(f"{__name__}:{place.__name__}", code, blow=BLOWS[fault])
    run = await scene.conclude()
    if run.verdict.name != "consistent":
        return fits(f"{fault}: {run.verdict.sign.shape} {run.verdict.name}")
    return differs(f"{code} outlives {fault}. {run.verdict.sentence}", EXPECTED, _why(run), run.timeline)


def _why(run: Run) -> str:
    if not run.struck:
        return "This code has no such moment, so nothing happened to it."
    kinds = {event.kind for event in run.story.events}
    if run.ending.killed:
        done = "Both were done" if "commit" in kinds else "Neither was done"
        return f"{done} when the knife fell. At which moment is only one of them done?"
    if not run.ending.error:
        return (
            "The first try failed, and the next one worked: whoever tries again outlives a short outage. "
            "Which fault lets no try succeed, or nobody try?"
        )
    if "enqueue" in kinds or "commit" in kinds:
        return "The exception was raised, its `except` ran, and took back what was there. Which fault runs no `except`?"
    return "The refusal came before one system had done anything, so there was nothing to take back or to try again."


EXERCISE: Final = Exercise(
    number=4,
    name="break_every_mend",
    title="Break every mend",
    question=(
        "Four colleagues have mended the dual write: by a retry, by a compensation, by a cancelled job, by a hook "
        "after COMMIT. Each has a test that passes. Find for each the fault that its test left out."
    ),
    starter=STARTER,
    shown=SHOWN,
    solution=breaks({}),
    hints=(
        "For each code, look for the moment at which one system knows of the order and the other does not.",
        "A retry helps for as long as somebody is there to try, and an `except` for as long as somebody is there to "
        "run it. Is there a fault that leaves nobody?",
        "SIGKILL runs no `except` and no hook. Where the order is written first, let it fall just after COMMIT; "
        "where the job is first, just before it.",
    ),
    debrief=(
        "A mend that is code has to run, and the same fault that made it necessary can keep it from running. "
        "So each of them moves the hole and makes it smaller; none closes it. "
        "In production that may be good enough, if you know the hole and look into it: the audit of the first "
        "exercise does. What closes it is one commit for both."
    ),
    steps=tuple(Step(code, partial(_break, code)) for code in ANSWERS),
    wrong_answers=(
        WrongAnswer("a_short_outage", breaks({"write_and_retry": "connection_lost"}), "the next one worked"),
        WrongAnswer("an_exception", breaks({"write_and_compensate": "broker_down"}), "its `except` ran"),
        WrongAnswer("too_late", breaks({"enqueue_and_cancel": "kill_after_commit"}), "Both were done"),
        WrongAnswer("too_early", breaks({"enqueue_on_commit": "kill_before_commit"}), "Neither was done"),
        WrongAnswer("refused_at_once", breaks({"enqueue_on_commit": "sold_out"}), "The refusal came before"),
        WrongAnswer("no_fault", breaks({"write_and_retry": "bad_luck"}), "is no fault"),
    ),
    lesson="03_mending_it",
)
