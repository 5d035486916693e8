"""14: the provider is asked twice, and cannot be rolled back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from soniq import JobContext, Soniq
from soniq.lab.crew import prepare
from soniq.lab.draw import Timeline, timeline
from soniq.lab.exercises.exercise import Exercise, Step, WrongAnswer
from soniq.lab.exercises.looks import retold
from soniq.lab.exercises.looks.order import WORKERS_MODULES
from soniq.lab.exercises.looks.successor import succeed
from soniq.lab.exercises.report.finding import Finding, differs, fits
from soniq.lab.exercises.run.attempt import Attempt
from soniq.lab.exercises.run.child import Learned, Where
from soniq.lab.exercises.run.stumble import raised
from soniq.lab.record import Lane
from soniq.lab.shop.payments import Payments
from soniq.lab.shop.provider import Payment, open_provider
from soniq.lab.stage import Blow, Scene

STARTER: Final = """\
# `provider.charge(order, amount, key=…)` asks another company's server. Where it has seen the key
# before, it takes nothing and answers as it did then. An order has two such jobs: a deposit is
# taken when it is placed, and the balance when the book leaves.


async def take_payment(provider, ctx, order, amount):
    # TODO: however often this job is tried, its amount is taken once
    answer = await provider.charge(order, amount)
    print(f"order {order}: {answer}")
"""
CALL: Final = "    answer = await provider.charge(order, amount)\n"
TODO: Final = "    # TODO: however often this job is tried, its amount is taken once\n"
BARE: Final = STARTER.replace(TODO, "")
SOLUTION: Final = BARE.replace("(order, amount)\n", "(order, amount, key=ctx.job_id)\n")
IN_A_TRANSACTION: Final = BARE.replace(CALL, f"    async with ctx.transaction():\n    {CALL}")
A_NEW_KEY: Final = "from uuid import uuid4\n\n" + BARE.replace(
    "(order, amount)\n", "(order, amount, key=uuid4().hex)\n"
)
THE_ORDERS_KEY: Final = BARE.replace("(order, amount)\n", '(order, amount, key=f"order-{order}")\n')
THE_AMOUNTS_KEY: Final = BARE.replace("(order, amount)\n", '(order, amount, key=f"payment-of-{amount}")\n')
TASK: Final = "take_payment"
DEPOSIT, BALANCE = 5, 20
LANES: Final[dict[Lane, str]] = {"queue": "Provider"}
OPEN: Final = """
select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'
"""
ONCE: Final = f"The provider takes {BALANCE} once."


async def work(learned: Learned, where: Where, provider: str, run_once: bool) -> int:
    """Be a worker: one that runs what is due, or one that goes on until SIGTERM and succeeds the dead."""
    act = learned.get(TASK)
    async with Soniq(where.database, pool_min_size=1, concurrency=1, sweep_interval=0.1) as app:

        async def take_payment(number: int, amount: int, ctx: JobContext) -> None:
            await act(Payments(provider), ctx, number, amount)

        app.job(name=TASK, retries=1)(take_payment)
        return await app.run_worker(run_once=run_once)


class _Desk:
    """Payments that are due, and a provider that is asked for them.

    Attributes:
        provider: Its books.
        in_transaction: Whether it was asked from within an open transaction, each time.
    """

    def __init__(self, attempt: Attempt, title: str) -> None:
        self.attempt, self.scene = attempt, Scene(attempt.shop, title, lanes=LANES)
        self.ada, self.grace = self.scene.order.number, attempt.shop.next_number()
        self.in_transaction = True

    @asynccontextmanager
    async def opened(self, *payments: Payment) -> AsyncIterator[None]:
        """Open the provider, with these payments due."""
        await self.attempt.clear_queue()
        await asyncio.to_thread(prepare, *WORKERS_MODULES)
        async with Soniq(self.attempt.shop.url, pool_min_size=1) as app:
            app.job(name=TASK)(_described)
            for due in payments:
                await app.enqueue(TASK, number=due.order, amount=due.amount)
        async with open_provider() as self.provider:
            self.provider.on_arrival = self._look
            yield

    async def _look(self) -> None:
        [(idle,)] = await self.attempt.shop.ask(OPEN)
        self.in_transaction &= bool(idle)

    def drawn(self) -> Timeline:
        return timeline(retold(self.scene.told(), run=TASK), f"x{self.scene.order.number}")


async def _described(number: int, amount: int) -> None:
    """What the queue has to know of the task."""


async def _three_payments(attempt: Attempt) -> Finding:
    desk = _Desk(attempt, "Three payments of two orders")
    due = [Payment(desk.ada, DEPOSIT), Payment(desk.ada, BALANCE), Payment(desk.grace, DEPOSIT)]
    expected = f"The provider takes {DEPOSIT} and {BALANCE} from Ada, and {DEPOSIT} from Grace."
    async with desk.opened(*due):
        ending = await attempt.work(desk.scene, work, desk.provider.url, True)
    if ending.error or ending.killed:
        return raised(ending, expected)
    taken = [(one.order, one.amount) for one in desk.provider.taken]
    missing = [one for one in due if (one.order, one.amount) not in taken]
    if not missing and len(taken) == len(due):
        return fits(f"{DEPOSIT} and {BALANCE}, and {DEPOSIT} from Grace")
    if not missing:
        return differs(f"The provider took {len(taken)} payments.", expected, "No job was tried twice.", desk.drawn())
    if len(desk.provider.asked) < len(due):
        return differs(f"The provider was asked {len(desk.provider.asked)} times.", expected, await _failure(attempt))
    lost = missing[0]
    who = "Ada" if lost.order == desk.ada else "Grace"
    why = (
        "The deposit was paid, and the balance swallowed: it came under the deposit's key, so the provider took it "
        "for the deposit once more, and said what it had said then. The book goes out for 5."
        if who == "Ada" and lost.amount == BALANCE
        else "A payment of another order had used that key before, so the provider took nothing, and said paid."
    )
    return differs(f"The provider never took {lost.amount} from {who}.", expected, why, desk.drawn())


async def _killed(attempt: Attempt) -> Finding:
    desk = _Desk(attempt, "SIGKILL after the provider's answer")
    async with desk.opened(Payment(desk.ada, BALANCE)):
        await attempt.work(desk.scene, work, desk.provider.url, True, blow=Blow("before_the_record"))
        await succeed(attempt, desk.scene, work, desk.provider.url, False)
    return _judged(desk, "The worker died after the provider's answer, so the job was tried again.")


async def _lost_answer(attempt: Attempt) -> Finding:
    desk = _Desk(attempt, "The provider's answer gets lost")
    async with desk.opened(Payment(desk.ada, BALANCE)):
        desk.provider.lost_answers = 1
        await attempt.work(desk.scene, work, desk.provider.url, True)
    return _judged(desk, "The provider had taken the money, and its answer got lost, so the job was tried again.")


def _judged(desk: _Desk, event: str) -> Finding:
    taken, keys = desk.provider.taken, [one.key for one in desk.provider.asked]
    if len(taken) == 1:
        return fits(f"{BALANCE} was taken once, and asked for {['never', 'once', 'twice'][min(len(keys), 2)]}")
    seen = f"The provider took {BALANCE} {'twice' if len(taken) == 2 else f'{len(taken)} times'}."
    return differs(seen, ONCE, f"{event} {_why(desk, keys)}", desk.drawn())


def _why(desk: _Desk, keys: list[str | None]) -> str:
    if not keys:
        return "And the provider was never asked."
    if desk.in_transaction:
        return (
            "It was asked from within a transaction: Postgres rolled back, and the provider cannot. What another "
            "system did has no part in it, wherever the call stands."
        )
    if not any(keys):
        return "Neither request had a key, so to the provider they are two wishes."
    named = " and ".join(key or "none" for key in dict.fromkeys(keys))
    return f"The requests had the keys {named}: two keys, two charges."


async def _failure(attempt: Attempt) -> str:
    rows = await attempt.shop.ask("select last_error from soniq.dead_letter_jobs order by dead_at desc limit 1")
    return next((f"The handler failed: {row[0]}." for row in rows), "The handler ended without asking it.")


EXERCISE: Final = Exercise(
    number=14,
    name="charge_ada_once",
    title="Charge Ada once",
    question=(
        "Ada's card shows the same amount twice. The worker died after the provider had taken the money, and the job "
        "was tried again. Let each payment be taken once, and none be left out."
    ),
    starter=STARTER,
    solution=SOLUTION,
    hints=(
        "Who could know, at the second request, that it is the first one again? What would tell them?",
        "The provider keeps the keys that it has seen. The key has to be the same in every try of this payment, and "
        "another one for every other payment; so it must exist before the first try.",
        "`ctx` knows the job that is being run. One of its names stays the same in every attempt, and no other job "
        "has it.",
    ),
    debrief=(
        "The job's id is as old as the wish, and stays the same in every attempt, so the provider recognises a "
        "repetition; deposit and balance are two jobs, and have two. "
        "No transaction of yours reaches into another system: asked at least once, and recognised there, is what "
        "exactly once means between two systems. "
        "In production: never call a provider that moves money without a key, and find out for how long it keeps them."
    ),
    steps=(
        Step("Deposit and balance of Ada's order, and the deposit of Grace's", _three_payments),
        Step("SIGKILL after the provider's answer, before the job is recorded; the job is tried again", _killed),
        Step("The provider's answer gets lost; the job is tried again", _lost_answer),
    ),
    wrong_answers=(
        WrongAnswer("in_a_transaction", IN_A_TRANSACTION, "Postgres rolled back, and the provider cannot"),
        WrongAnswer("a_new_key", A_NEW_KEY, "two keys, two charges"),
        WrongAnswer("the_orders_key", THE_ORDERS_KEY, "the balance swallowed"),
        WrongAnswer("the_amounts_key", THE_AMOUNTS_KEY, "A payment of another order had used that key"),
    ),
    lesson="12_exactly_once",
)
