"""Play one trial for one strategy: place an order, let it happen, let the others carry on, judge."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from soniq.errors import OptionInvalid
from soniq.lab.board.strategies import RELAY, SONIQS_WORKER, Strategy
from soniq.lab.board.trials import Trial
from soniq.lab.record import Lane
from soniq.lab.shop import Order, Shop
from soniq.lab.shop.order import OTHER
from soniq.lab.stage import Blow, Run, Scene
from soniq.lab.stage.scene import BROKER_DOWN

RESCUE: Final = "soniq.lab.shapes.processes:keep_working"
EMPTY_OUTBOX: Final = "with gone as (delete from outbox) update outbox_cursor set last_seen = 0 returning last_seen"


async def play(shop: Shop, by: Strategy, trial: Trial, next_number: Callable[[], int] | None = None) -> Run:
    """Place one order by one strategy, let the trial happen to it, let a worker run, and judge.

    Args:
        shop: Where; nothing else may happen there meanwhile.
        by: How the order is placed.
        trial: What happens.
        next_number: Gives orders their numbers; the shop does if not given.

    Raises:
        OptionInvalid: The strategy has no such moment.
    """
    if absent := by.lacks(trial):
        raise OptionInvalid(f"{by.title}: {_in_midst(trial.title)}: {absent}", strategy=by.name, trial=trial.name)
    if by.relay:
        await shop.ask(EMPTY_OUTBOX)
    return await _Play(shop, by, trial, next_number or shop.next_number).run()


class _Play:
    def __init__(self, shop: Shop, by: Strategy, trial: Trial, next_number: Callable[[], int]) -> None:
        self._shop, self._by, self._trial, self._next_number = shop, by, trial, next_number
        self._order = order = Order(next_number(), book=trial.book, card=trial.card)
        lanes: list[Lane] = ["queue"] if by.has_broker else []
        self._scene = Scene(shop, f"{by.title}: {_in_midst(trial.title)}", order, lanes=lanes)

    async def run(self) -> Run:
        await self._place(self._order, self._blow("request"))
        if self._by.relay:
            await self._publish()
        await self._work()
        run = await self._scene.conclude()
        is_struck = bool(self._trial.fault) or bool(run.ending.error) or self._trial.name == "relay_down"
        # An order that should have been refused, and was not, never came to the moment.
        return run if is_struck else replace(run, struck=False)

    def _blow(self, part: str) -> Blow | None:
        trial, strikes = self._trial, self._trial.strikes
        if trial.fault == BROKER_DOWN and self._by.relay:
            strikes = "relay"  # only the relay calls the broker
        if not trial.fault or strikes != part:
            return None
        deeds = {"look": self._look, "overtake": self._be_overtaken}
        return Blow(trial.fault, deeds.get(trial.deed, trial.deed))  # type: ignore[arg-type]

    async def _place(self, order: Order, blow: Blow | None = None) -> None:
        by, scene = self._by, self._scene
        await (
            scene.call(by.place, blow=blow, order=order)
            if by.over_http
            else scene.request(by.place, *by.arguments, blow=blow, order=order)
        )

    async def _publish(self) -> None:
        blow = self._blow("relay")
        if self._trial.name == "relay_down":
            self._scene.remark("relay", "not running")
        else:
            await self._scene.relay(RELAY, self._by.relay, blow=blow)
        if blow or self._trial.name == "relay_down":
            # A worker comes before the relay is back.
            await self._scene.work(self._by.worker)
            await self._scene.relay(RELAY, self._by.relay)

    async def _work(self) -> None:
        blow = self._blow("worker")
        await self._scene.work(self._by.worker, blow=blow)
        if blow is None:
            return
        if self._by.worker == SONIQS_WORKER:
            await self._scene.work(RESCUE, blow=Blow("after_the_record", "stop"))
        else:
            self._scene.remark("queue", "four minutes pass: RQ gives the job up")
            await asyncio.to_thread(self._shop.broker.let_minutes_pass)
            await self._scene.work(self._by.worker)

    async def _look(self) -> None:
        if self._by.relay:
            await self._scene.relay(RELAY, self._by.relay)
        await self._scene.work(self._by.worker)

    async def _be_overtaken(self) -> None:
        # Another book: the row of this one is locked until the first order commits.
        later = Order(self._next_number(), customer="Grace", book=OTHER)
        await self._place(later)
        if self._by.relay:
            await self._scene.relay(RELAY, self._by.relay, order=later)
        await self._scene.work(self._by.worker, order=later)


def _in_midst(title: str) -> str:
    """Say a title within a line: its first letter small, unless it begins with a name in capitals."""
    first = title.split()[0]
    return title if len(first) > 1 and first.isupper() else title[0].lower() + title[1:]
