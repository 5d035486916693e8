"""12: every call names its connection, until one day somebody forgets it."""

import ast
import json
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypedDict

import asyncpg

from soniq.errors import UnjoinedWarning
from soniq.lab.draw import Timeline, timeline
from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks import retold
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.shop.order import DECLINED, GOOD, CardDeclined, Order
from soniq.lab.stage import Run, Scene

STARTER: Final = """\
from soniq import Soniq
from soniq.lab.shapes.sql import write_order
from soniq.lab.shop.order import charge


def make_app(url):
    app = Soniq(url)

    # TODO: whoever forgets `connection=` below is to be refused
    @app.job(name="send_invoice")
    async def send_invoice(number): ...

    @app.job(name="pack_book")
    async def pack_book(number): ...

    @app.job(name="call_back")
    async def call_back(number): ...

    return app


# The calls are right. Somebody will change them one day, so leave them as they are.
async def place_order(app, order):
    async with app.transaction() as conn:
        await write_order(conn, order)
        await app.enqueue("send_invoice", connection=conn, number=order.number)
        await app.enqueue("pack_book", connection=conn, number=order.number)
        charge(order)


async def place_by_phone(pool, app, order):  # the pool is asyncpg's
    async with pool.acquire() as conn, conn.transaction():
        await write_order(conn, order)
        await app.enqueue("call_back", connection=conn, number=order.number)
        charge(order)
"""
TODO: Final = "    # TODO: whoever forgets `connection=` below is to be refused\n"
BARE: Final = STARTER.replace(TODO, "")
SOLUTION: Final = BARE.replace('")\n    async', '", transactional=True)\n    async')
A_WARNING: Final = BARE.replace("Soniq(url)", 'Soniq(url, unjoined="warn")')
ONE_TASK: Final = BARE.replace('"send_invoice")\n', '"send_invoice", transactional=True)\n')
UNSEEN: Final = BARE.replace("Soniq(url)", 'Soniq(url, unjoined="error")')
TOUCHED: Final = BARE.replace("await app.enqueue(", "await enqueue(app, ").replace(
    "# The calls are right.",
    """\
async def enqueue(app, task, connection, number):
    return await app.enqueue(task, connection=connection, number=number)


# The calls are right.""",
)
CALLS: Final = {"send_invoice": "place_order", "pack_book": "place_order", "call_back": "place_by_phone"}
REFUSED: Final = "The call is refused, and nothing is written."


class Said(TypedDict):
    """What was noticed in the process, if its code did not fail before the card.

    Attributes:
        warned: Whether a warning was given.
        looked: Whether Soniq refuses what it sees to be outside of an open transaction.
    """

    warned: bool
    looked: bool


async def order(learned: Learned, where: Where, by: str) -> None:
    """Be a request; where it comes to a declined card, its error says what was noticed before."""
    make_app, act = learned.get("make_app"), learned.get(by)
    async with make_app(where.database) as app, _pools(where, by) as pools:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                await act(*pools, app, where.order)
            except CardDeclined as declined:
                warned = any(issubclass(each.category, UnjoinedWarning) for each in said)
                declined.add_note(json.dumps(Said(warned=warned, looked=app.settings.unjoined == "error")))
                raise


@asynccontextmanager
async def _pools(where: Where, by: str) -> AsyncIterator[list[Any]]:
    if by == "place_order":
        yield []
        return
    async with asyncpg.create_pool(where.database, min_size=1) as pool:
        yield [pool]


async def _nothing_forgotten(attempt: Attempt) -> Finding:
    expected = "Each order, and a job for each of its calls."
    for by in dict.fromkeys(CALLS.values()):
        run = await _place(attempt, by, "Nothing is forgotten", GOOD)
        if run.ending.error or run.ending.killed:
            return raised(run.ending, expected)
        jobs = [task for _, task, _ in await attempt.shop.jobs(run.order)]
        wanted = [task for task, caller in CALLS.items() if caller == by]
        if not len(await attempt.shop.orders(run.order)) or sorted(map(str, jobs)) != sorted(wanted):
            seen = f"`{by}` left the jobs {', '.join(map(str, jobs)) or 'of nobody'}."
            return differs(seen, expected, "Without a fault the calls have to do what they did.", run.timeline)
    return fits("two orders, three jobs")


async def _forgotten(task: str, attempt: Attempt) -> Finding:
    shortened = forget(attempt.source, task)
    if shortened is None:
        return differs(
            f"No call in the cell enqueues {task} by its name and names a connection.",
            "The calls as they came with the cell.",
            "Somebody will forget `connection=` in a call of `app.enqueue`. The check does that in each call in turn, "
            "and it found none to do it in: a wrapper around the call can be forgotten just as well.",
        )
    whole, attempt.source = attempt.source, shortened
    try:
        run = await _place(attempt, CALLS[task], f"The call of {task} forgets its connection", DECLINED)
    finally:
        attempt.source = whole
    orders, jobs = await attempt.shop.orders(run.order), await attempt.shop.jobs(run.order)
    if run.ending.error == CardDeclined.__name__:
        said: Said = json.loads(run.ending.notes[0])
        return differs(_seen(run, len(jobs)), REFUSED, _why(task, said), _drawn(run))
    if run.ending.error and not len(orders) and not len(jobs):
        return fits(f"refused: {run.ending.error}")
    return raised(run.ending, REFUSED)


def forget(source: str, task: str) -> str | None:
    """Take `connection=` out of the call that enqueues this task; None where there is no such call."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _enqueues(node, task):
            written = ast.get_source_segment(source, node)
            kept = [word for word in node.keywords if word.arg != "connection"]
            if written is not None and len(kept) < len(node.keywords):
                node.keywords = kept
                return source.replace(written, ast.unparse(node), 1)
    return None


def _enqueues(call: ast.Call, task: str) -> bool:
    names_it = any(isinstance(word, ast.Constant) and word.value == task for word in call.args)
    return names_it and isinstance(call.func, ast.Attribute) and call.func.attr == "enqueue"


async def _place(attempt: Attempt, by: str, title: str, card: str) -> Run:
    scene = Scene(attempt.shop, title, Order(attempt.shop.next_number(), card=card))
    await attempt.request(scene, order, by)
    return await scene.conclude()


def _drawn(run: Run) -> Timeline:
    """Draw it with the shop's verdict; on the wire all jobs look alike."""
    return timeline(replace(retold(run.story, enqueue="enqueue a job"), verdict=run.verdict), f"x{run.order}")


def _seen(run: Run, jobs: int) -> str:
    if jobs:
        return f"The card was declined, order {run.order} was rolled back, and its job stayed."
    return "The call was not refused."


def _why(task: str, said: Said) -> str:
    if said["looked"]:
        return (
            "Soniq looked for an open transaction around the call, and saw none. It sees those on connections that it "
            f"lent itself; {task} is enqueued inside a transaction of your own asyncpg pool, of which it hears nothing."
        )
    if task != next(iter(CALLS)):
        return (
            f"A task before it is guarded, and {task} is not: a guard on one task says nothing about the calls of "
            "another."
        )
    if said["warned"]:
        return (
            f"Logged, and written: a warning named the line, the request went on, and {task} was committed on a "
            "connection of its own. In production such a warning is one line among thousands."
        )
    return f"Nobody spoke, and {task} was committed on a connection of its own."


EXERCISE: Final = Exercise(
    number=12,
    name="make_forgetting_impossible",
    title="Make forgetting impossible",
    question=(
        "All calls name their connection. In spring a colleague adds one and forgets it; tests and reviews see "
        "nothing, until a card is declined. Let such a call be refused, whichever of the three it is."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Who knows that a job must never be on its own: the line that enqueues it, or the task?",
        "There are two guards. One looks whether a transaction is open around the call, and can only see those that "
        "it knows of. The other one belongs to the task, and asks for a connection wherever the call stands.",
        "`@app.job(…)` takes `transactional=`, and so does each of the other two.",
    ),
    debrief=(
        "A transactional task refuses every enqueue without `connection=`, before anything is written, so a forgotten "
        "one fails in the first test that comes by. "
        "`SONIQ_UNJOINED=error` refuses too, for all tasks at once, where Soniq can see the open transaction: its own, "
        "Tortoise's, Django's, and a SQLAlchemy session inside `with app.bind(session):`; never one of your own pool. "
        "In production: mark each task that belongs to a row, and set `SONIQ_UNJOINED=error` for those to come."
    ),
    steps=(
        Step("Nothing is forgotten", _nothing_forgotten),
        *(Step(f"`{task}` is enqueued without `connection=`", partial(_forgotten, task)) for task in CALLS),
    ),
    wrong_answers=(
        WrongAnswer("a_warning", A_WARNING, "Logged, and written"),
        WrongAnswer("one_task_only", ONE_TASK, "a guard on one task says nothing"),
        WrongAnswer("an_unseen_transaction", UNSEEN, "of which it hears nothing"),
        WrongAnswer("a_wrapper", TOUCHED, "can be forgotten just as well"),
    ),
    lesson="09_forgetting",
)
