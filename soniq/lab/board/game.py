"""Play one trial, or all of them."""

from dataclasses import replace

from soniq.lab.board.score import Cell, Scoreboard
from soniq.lab.board.strategies import Strategy, strategy
from soniq.lab.board.trials import TRIALS, Trial
from soniq.lab.shop import Order, Shop
from soniq.lab.stage import Blow, Run, Scene


async def play(shop: Shop, by: Strategy, trial: Trial) -> Run:
    """Place one order by one strategy, let the trial happen to it, let a worker run, and judge."""
    order = Order(shop.next_number(), book=trial.book, card=trial.card)
    scene = Scene(shop, f"{by.title}: {_in_midst(trial.title)}", order, lanes=["queue"] if by.on_rq else [])

    async def work() -> object:
        return await scene.work(by.worker)

    blow = Blow(trial.fault, work if trial.deed == "look" else trial.deed) if trial.fault else None
    await (scene.call(by.place, blow=blow) if by.over_http else scene.request(by.place, *by.arguments, blow=blow))
    await work()
    run = await scene.conclude()
    # An order that should have been refused, and was not, never came to the moment.
    return run if blow or run.ending.error else replace(run, struck=False)


async def scoreboard(shop: Shop, *names: str) -> Scoreboard:
    """Play every trial against the named strategies, each cell for real, one after the other.

    Raises:
        OptionInvalid: There is no such strategy.
    """
    columns = [strategy(name) for name in names]
    cells = [Cell(trial, by, await play(shop, by, trial)) for by in columns for trial in TRIALS]
    return Scoreboard(tuple(columns), tuple(TRIALS), tuple(cells))


def _in_midst(title: str) -> str:
    """Say a title within a line: its first letter small, unless it begins with a name in capitals."""
    return title if title[:2].isupper() else title[0].lower() + title[1:]
