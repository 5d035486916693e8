"""The audit that needs two systems, and what it says while somebody orders."""

from collections.abc import Awaitable, Callable

from soniq.lab.board.strategies import strategy
from soniq.lab.failures.killed_day import place_order
from soniq.lab.shop import Rows, Shop
from soniq.lab.stage import Blow, Scene


async def audit_two_systems(shop: Shop) -> Rows:
    """Ask Postgres for the orders, then RQ for its jobs, and compare."""
    orders = [number for number, *_ in await shop.orders()]
    jobs = [number for number, *_ in await shop.rq_jobs()]
    lost = [(number, "an order without a job") for number in orders if number not in jobs]
    orphans = [(number, "a job without an order") for number in jobs if number not in orders]
    return Rows("Postgres and RQ, compared", ("number", "looks like"), (*lost, *orphans))


async def ask_midway(
    shop: Shop, by: str, place: str, question: Callable[[], Awaitable[Rows]]
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Place one order, undisturbed but for a pause, and ask a question in the pause and again at the end.

    Args:
        shop: Where.
        by: The name of a strategy, as of the scoreboard.
        place: Where the process is held while the question is asked: see `soniq.lab.faults.PLACES`.
        question: What to ask.

    Returns:
        What was said in the pause and not at the end, and what was said at the end and not in the pause.

    Raises:
        OptionInvalid: There is no such strategy or place.
    """
    said: list[Rows] = []

    async def ask() -> None:
        said.append(await question())

    await place_order(Scene(shop, ""), strategy(by), Blow(place, ask))
    await ask()
    midway, after = set(said[0]), set(said[-1])
    return sorted(midway - after, key=str), sorted(after - midway, key=str)
