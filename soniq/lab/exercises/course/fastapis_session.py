"""10: the job is committed by the handler, the order by the dependency that comes after it."""

import socket
from dataclasses import replace
from functools import partial
from typing import Any, Final

import uvicorn
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from soniq import Soniq
from soniq.errors import NotInTransaction
from soniq.lab.exercises.exercise import Exercise, WrongAnswer
from soniq.lab.exercises.looks import card_declined, good_day, killed
from soniq.lab.exercises.looks.tie import WORDS, Words
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.shapes.tasks import send_invoice

STARTER: Final = """\
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from soniq.lab.shapes.sqlalchemy_models import OrderRow
from soniq.lab.shapes.tasks import send_invoice
from soniq.lab.shop.order import Order, charge


def make_api(app, sessions):
    api = FastAPI()

    async def open_session():
        async with sessions.begin() as session:  # COMMIT or ROLLBACK once the handler has returned
            yield session

    Session = Annotated[AsyncSession, Depends(open_session, scope="function")]

    @api.post("/orders", status_code=201)
    async def place_order(order: Order, session: Session, background: BackgroundTasks):
        session.add(OrderRow.of(order))
        # TODO: let the job stand or fall with its order
        async with app.transaction() as conn:
            await app.enqueue(send_invoice, connection=conn, number=order.number)
        charge(order)

    return api
"""
ENQUEUE: Final = """\
        # TODO: let the job stand or fall with its order
        async with app.transaction() as conn:
            await app.enqueue(send_invoice, connection=conn, number=order.number)
"""
SOLUTION: Final = STARTER.replace(
    ENQUEUE, "        await app.enqueue(send_invoice, connection=session, number=order.number)\n"
)
RAW_CONNECTION: Final = STARTER.replace(
    ENQUEUE,
    """\
        raw = await (await session.connection()).get_raw_connection()
        await app.enqueue(send_invoice, connection=raw.driver_connection, number=order.number)
""",
)
BACKGROUND: Final = STARTER.replace(
    ENQUEUE, "        background.add_task(app.enqueue, send_invoice, number=order.number)\n"
)
ANOTHER_SESSION: Final = STARTER.replace(
    ENQUEUE,
    """\
        async with sessions.begin() as mine:
            await app.enqueue(send_invoice, connection=mine, number=order.number)
""",
)
NOT_WRITTEN_YET: Final = (
    "The job was committed on another connection while the order still waited in the session. What writes and commits "
    "the order is the dependency, after the handler; it came to a rollback, and the job stayed."
)
TOLD: Final[Words] = WORDS | {
    "by itself": NOT_WRITTEN_YET,
    "two transactions": NOT_WRITTEN_YET,
    "after the commit": (
        "COMMIT ended the order's transaction, and the job was not written yet: all that knew of it was the memory of "
        "this process, and the memory died with the process."
    ),
}
REFUSED: Final = {
    NotInTransaction.__name__: (
        "Soniq refused the driver's connection: BEGIN was not sent yet. The session says that it has a transaction, "
        "and SQLAlchemy sends BEGIN before the first statement of its own. A job written before that would have been "
        "committed by itself."
    ),
}


async def serve(learned: Learned, where: Where, listener: int) -> None:
    """Answer one request that comes over HTTP; what the handler raised is raised here, too."""
    make_api = learned.get("make_api")
    engine = create_async_engine(make_url(where.database).set(drivername="postgresql+asyncpg"))
    async with Soniq(where.database) as app:
        app.job(name="send_invoice")(send_invoice)
        api = _Heard(make_api(app, async_sessionmaker(engine)))
        server = uvicorn.Server(uvicorn.Config(api, log_level="critical", limit_max_requests=1))
        await server.serve(sockets=[socket.socket(fileno=listener)])
    await engine.dispose()
    if api.errors:
        raise api.errors[0]


class _Heard:
    """An ASGI app that keeps what another one raised: the caller hears no more than 500."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self.errors: list[Exception] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await self._api(scope, receive, send)
        except Exception as error:
            self.errors.append(error)
            raise


_killed = partial(killed, serve, words=TOLD)

EXERCISE: Final = Exercise(
    number=10,
    name="fastapis_session",
    title="FastAPI's session",
    question=(
        "A dependency gives each request its session, and commits when the handler has returned. "
        "The handler commits the job in a transaction of its own; then the card is declined, the answer is HTTP 500, "
        "and the invoice is on its way. Let the job stand or fall with its order."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "In the picture, look for two moments: when is the job committed, and when would the order have been?",
        "The dependency owns the transaction: it begins with the session's first statement and ends after the handler. "
        "The job has to be said through whatever speaks in that transaction, and nobody but the dependency commits.",
        "`connection=` takes a SQLAlchemy session as it takes a connection. "
        "The handler is given one; a block of your own is not needed.",
    ),
    debrief=(
        "Soniq now sends the job through the session, which begins its transaction if need be; the order follows on "
        "the same connection, and the dependency's one COMMIT or ROLLBACK is for both. "
        "In production: who opened the session commits, handlers only write through it; and what must happen "
        "is a row in that transaction, never a task in the memory of the process."
    ),
    steps=(
        good_day(serve, REFUSED),
        replace(card_declined(serve, TOLD), title="The card is declined: HTTP 500 after the enqueue"),
        _killed(where="between_the_calls", title="SIGKILL between the order and its job"),
        _killed(where="before_commit", title="SIGKILL before COMMIT"),
        _killed(where="after_commit", title="SIGKILL after COMMIT"),
    ),
    wrong_answers=(
        WrongAnswer("raw_connection", RAW_CONNECTION, "BEGIN was not sent yet"),
        WrongAnswer("background", BACKGROUND, "the memory died with the process"),
        WrongAnswer("another_session", ANOTHER_SESSION, "while the order still waited in the session"),
    ),
    lesson="07_sqlalchemy",
)
