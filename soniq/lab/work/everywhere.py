"""Kill a worker at one message of its job after the other, and count the money at the end."""

from dataclasses import dataclass
from typing import Final

from soniq.lab.shop import Order, Shop
from soniq.lab.stage import Blow, Scene
from soniq.lab.stage.scene import JOB_MESSAGE
from soniq.lab.work.money import AMOUNT, WORK, Handler, balance, enqueue, open_accounts
from soniq.lab.work.pair import FIRST
from soniq.lab.work.teller import TASK

FINISH: Final = "soniq.lab.work.teller:finish"
OPEN: Final = "select count(*) from soniq.jobs where task = $1"


@dataclass(frozen=True, slots=True)
class Payroll:
    """What became of many jobs.

    Attributes:
        jobs: How many there were, each for 30.
        killed: How many workers died.
        paid: What reached Grace.
    """

    jobs: int
    killed: int
    paid: int

    @property
    def earned(self) -> int:
        """What should have reached her."""
        return self.jobs * AMOUNT

    def __str__(self) -> str:
        return f"{self.jobs} jobs, {self.killed} workers killed: Grace earned {self.earned}, and was paid {self.paid}"

    __repr__ = __str__


async def killed_everywhere(shop: Shop, handler: Handler, every: int = 6, most: int = 14) -> Payroll:
    """Enqueue a job and SIGKILL its worker at a message, later and later, until a worker lives; then let one finish.

    Args:
        shop: Where.
        handler: One of `soniq.lab.work.royalties`.
        every: How many messages further each worker comes.
        most: How many workers there are at most.
    """
    await open_accounts(shop)
    before, killed, jobs = await balance(shop), 0, 0
    for messages in range(0, every * most, every):
        order = Order(shop.next_number())
        await enqueue(shop, order.number)
        jobs += 1
        blow = Blow(JOB_MESSAGE, messages=messages)
        ending = await Scene(shop, "", order).work(WORK, handler.__name__, blow=blow, lane=FIRST)
        if not ending.killed:
            break
        killed += 1
    while await _are_open(shop):
        await Scene(shop, "", order).work(FINISH, handler.__name__)
    return Payroll(jobs, killed, await balance(shop) - before)


async def _are_open(shop: Shop) -> bool:
    [[jobs]] = await shop.ask(OPEN, TASK)
    return bool(jobs)
