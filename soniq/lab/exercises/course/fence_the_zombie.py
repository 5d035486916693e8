"""15: a worker that was taken for dead wakes, and settles a job that is another one's."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from soniq.lab.draw import Timeline, timeline
from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks import retold
from soniq.lab.exercises.looks.waits import ended_or_waiting
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.record import Lane
from soniq.lab.stage import Blow, Scene

STARTER: Final = """\
# A queue made at home: queue (id, state, token, result).
# Whoever claims a job writes state = 'processing' and a token that nobody had before.
SETTLE = "update queue set state = 'done', result = $2 where id = $1 returning id"


async def settle(conn, job, result):
    # job.id, and job.token: what this worker wrote when it claimed the job
    # TODO: only who holds the job settles it; say True if it was settled here
    written = await conn.fetchval(SETTLE, job.id, result)
    return written is not None
"""
SOLUTION: Final = """\
SETTLE = "update queue set state = 'done', result = $3 where id = $1 and token = $2 returning id"


async def settle(conn, job, result):
    written = await conn.fetchval(SETTLE, job.id, job.token, result)
    return written is not None  # no row: the token is another one's by now
"""
BY_STATUS: Final = STARTER.replace("where id = $1 ret", "where id = $1 and state = 'processing' ret")
LOOK_FIRST: Final = STARTER.replace(
    "    # TODO: only who holds the job settles it; say True if it was settled here\n",
    """\
    if await conn.fetchval("select token from queue where id = $1", job.id) != job.token:
        return False
""",
)
SILENT: Final = SOLUTION.replace(
    "    return written is not None  # no row: the token is another one's by now\n", "    return True\n"
)
TABLE: Final = "create table if not exists queue (id bigint primary key, state text not null, token uuid, result text)"
WAITING: Final = "insert into queue values ($1, 'queued')"
CLAIM: Final = """
update queue set token = $3::uuid, state = 'processing'
where id = $1 and token is not distinct from $2::uuid and state <> 'done' returning id
"""
LANES: Final[dict[Lane, str]] = {"request": "Worker 1", "postgres": "Postgres", "worker": "Worker 2"}
OURS: Final = "worker 1's invoice"
HELD: Final = "The holder's result is written, and the holder is told so."
FENCED: Final = "Worker 2 holds the job: nothing is written, and worker 1 is told False."


@dataclass(frozen=True, slots=True)
class Job:
    """A job in somebody's hands.

    Attributes:
        id: Its number.
        token: What its claim wrote.
    """

    id: int
    token: UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one settle.

    Attributes:
        told: What the code said of it.
        state: The job's, afterwards.
        result: The job's, afterwards.
        changed: Whether the job was another one's when its result was written, or would have been.
    """

    told: Any
    state: str
    result: str | None
    changed: bool


async def settle(learned: Learned, where: Where, token: str) -> Any:
    """Be a worker that has run its job, and says so."""
    act = learned.get("settle")
    connection = await asyncpg.connect(where.database)
    told = await act(connection, Job(where.order.number, UUID(token)), OURS)
    await connection.close()
    return told if isinstance(told, bool | None) else repr(told)


class _Desk:
    """A job that is claimed, and may change hands."""

    def __init__(self, attempt: Attempt, title: str) -> None:
        self._attempt, self._token, self._changed = attempt, str(uuid4()), False
        self.scene = Scene(
            attempt.shop,
            title,
            lanes=LANES,
            told={"done": ("write", "settle the job"), "claim": ("write", "claim the job")},
        )

    async def open(self) -> None:
        """Put a job into the queue, and let worker 1 claim it."""
        await self._attempt.shop.ask(TABLE)
        await self._attempt.shop.ask(WAITING, self.scene.order.number)
        await self._claim("request", None, self._token)

    async def change_hands(self) -> None:
        """Let another worker claim the job, as it does when the first one is silent for too long."""
        self._changed = await self._claim("worker", self._token, str(uuid4()))

    async def _claim(self, lane: Lane, before: str | None, token: str) -> bool:
        async with self.scene.line(lane) as line:
            connection = await asyncpg.connect(line.url)
            found = await connection.fetch(CLAIM, self.scene.order.number, before, token)
            await connection.close()
        return bool(found)

    async def settle(self, blow: Blow | None = None) -> Any:
        return await self._attempt.request(self.scene, settle, self._token, blow=blow)

    async def seen(self, told: Any) -> Seen:
        asked = "select state, result from queue where id = $1"
        [(state, result)] = await self._attempt.shop.ask(asked, self.scene.order.number)
        return Seen(told, str(state), None if result is None else str(result), self._changed)

    def drawn(self) -> Timeline:
        """Draw what was seen; whatever connections a worker had, it is one worker."""
        told = retold(self.scene.told(), note=None)
        events = tuple(replace(event, actor=event.lane) for event in told.events)
        return timeline(replace(told, events=events), f"x{self.scene.order.number}")


async def _holder(attempt: Attempt) -> Finding:
    desk = _Desk(attempt, "The holder settles")
    await desk.open()
    return await _settled(desk, HELD)


async def _late(attempt: Attempt) -> Finding:
    desk = _Desk(attempt, "The job changed hands before")
    await desk.open()
    await desk.change_hands()
    return await _settled(desk, FENCED)


async def _settled(desk: _Desk, expected: str) -> Finding:
    ending = await desk.settle()
    if ending.error or ending.killed:
        return raised(ending, expected)
    return _judged(desk, await desk.seen(ending.value))


async def _meanwhile(attempt: Attempt) -> Finding:
    desk = _Desk(attempt, "The job changes hands meanwhile")
    await desk.open()
    claims: list[asyncio.Task[None]] = []

    async def let_another_claim() -> None:
        claims.append(asyncio.create_task(desk.change_hands()))
        await ended_or_waiting(attempt.shop, claims[0])

    ending = await desk.settle(Blow("before_the_record", let_another_claim))
    await asyncio.gather(*claims)
    if ending.error or ending.killed:
        return raised(ending, FENCED)
    if not claims:
        return differs("No `update queue` was sent.", FENCED, "The fault lay in wait for it, so nothing is proved.")
    return _judged(desk, await desk.seen(ending.value), meanwhile=True)


def _judged(desk: _Desk, seen: Seen, meanwhile: bool = False) -> Finding:
    written = seen.result == OURS and seen.state == "done"
    if written is not seen.changed and seen.told is written:
        return fits("settled, and told so" if written else "nothing was written, and worker 1 knows")
    expected = FENCED if seen.changed else HELD
    return differs(_words(seen, written), expected, _why(seen, written, meanwhile), desk.drawn())


def _words(seen: Seen, written: bool) -> str:
    row = f"The job is {seen.state}, with {seen.result or 'no result'}; worker 1 was told {seen.told}."
    return f"{row} It was worker 2's job." if written and seen.changed else row


def _why(seen: Seen, written: bool, meanwhile: bool) -> str:
    if not written:
        return (
            "No row was changed, and the code said something else: whoever called it goes on as if its result stood."
            if seen.told is not False or seen.changed
            else "The job was in its own hands, and was not settled: it will be run again."
        )
    if not seen.changed:
        return "The row was changed, and the code said something else: whoever called it believes that the job is lost."
    if meanwhile:
        return (
            "The job was still worker 1's when it looked. Between that look and the UPDATE worker 2 "
            "claimed it: the token changed between, and the UPDATE did not ask."
        )
    return (
        "Worker 2 is at work on the job, and will write its own result over this one, or has charged a card "
        "for nothing. The row said processing; it did not mean: by you."
    )


EXERCISE: Final = Exercise(
    number=15,
    name="fence_the_zombie",
    title="Fence the zombie",
    question=(
        "A worker's machine stood still for a minute. Its job was given to another worker; then the first one woke and "
        "wrote its result over a job that was no longer its own. Let only the holder settle a job."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Of the four columns, which one differs between the claims of worker 1 and of worker 2?",
        "Whoever asks first and writes then has a moment in between. Postgres can ask while it writes: what stands in "
        "the WHERE of an UPDATE is looked at under the row's lock.",
        "The UPDATE gets one more condition, `token = …`, with the token that this worker wrote. Where another one is "
        "there by now, it changes no row, and `returning` gives nothing back.",
    ),
    debrief=(
        "Each claim has a token of its own, and the UPDATE writes only where it still finds that token: the question "
        "and the answer are one statement, so nothing comes between them. "
        "No clock and no time-out can do that, since a worker that stands still cannot know it. "
        "In production: fence every write that belongs to a lease. Soniq settles by such a token (`SONIQ_CLAIM_LOST`), "
        "and `ctx.transaction()` puts your own writes behind the same fence."
    ),
    steps=(
        Step("The holder settles its job", _holder),
        Step("The job changed hands before, and worker 1 wakes", _late),
        Step("The job changes hands while worker 1 settles it", _meanwhile),
    ),
    wrong_answers=(
        WrongAnswer("by_status", BY_STATUS, "it did not mean: by you"),
        WrongAnswer("look_first", LOOK_FIRST, "the token changed between"),
        WrongAnswer("silent", SILENT, "goes on as if its result stood"),
    ),
    lesson="11_the_zombie",
)
