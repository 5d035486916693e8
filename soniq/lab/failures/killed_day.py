"""A day on which processes die at random, and what was placed on it."""

import random
from dataclasses import dataclass
from typing import Final

from soniq.lab.board.strategies import Strategy, strategy
from soniq.lab.crew import Ending
from soniq.lab.shop import Order, Shop
from soniq.lab.stage import Blow, Scene

ORDERS: Final = 20
SEED: Final = 1043
SPREAD: Final = 1.5  # one order in three is let through


@dataclass(frozen=True, slots=True)
class KilledDay:
    """A day that is over.

    Attributes:
        title: How the orders were placed.
        numbers: Those that customers asked for, whatever became of them.
        killed: How many processes died.
        seed: Gives the same kills again.
    """

    title: str
    numbers: list[int]
    killed: int
    seed: int

    def __str__(self) -> str:
        first, last = self.numbers[0], self.numbers[-1]
        return f"{self.title}: orders {first} to {last}, {self.killed} processes killed (seed {self.seed})"

    __repr__ = __str__


async def killed_day(shop: Shop, by: str, seed: int = SEED, orders: int = ORDERS) -> KilledDay:
    """Place orders, SIGKILL two processes in three or so at a random message, then let a worker run.

    Args:
        shop: Where.
        by: The name of a strategy, as of the scoreboard.
        seed: The same seed gives the same kills.
        orders: How many.

    Raises:
        OptionInvalid: There is no such strategy.
    """
    how, dice = strategy(by), random.Random(seed)
    # An order that nobody disturbs says how many messages there are.
    undisturbed = Scene(shop, "", Order(shop.next_number(), "Grace"))
    await place_order(undisturbed, how)
    numbers, killed = [undisturbed.order.number], 0
    for nth in range(1, orders):
        at = dice.randrange(round(undisturbed.messages * SPREAD))
        scene = Scene(shop, "", Order(shop.next_number(), "Ada" if nth % 3 else "Grace"))
        ending = await place_order(scene, how, Blow("message", messages=at))
        numbers.append(scene.order.number)
        killed += ending.killed
    await Scene(shop, "", Order(numbers[0])).work(how.worker)
    return KilledDay(how.title, numbers, killed, seed)


async def place_order(scene: Scene, how: Strategy, blow: Blow | None = None) -> Ending:
    """Let a process place the scene's order by a strategy."""
    if how.over_http:
        return await scene.call(how.place, blow=blow)
    return await scene.request(how.place, *how.arguments, blow=blow)
