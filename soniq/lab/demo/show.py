"""Play the acts, and show each run as it ends."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from soniq.lab.demo.acts import ACTS, Act, Turn
from soniq.lab.shop import Shop, open_shop
from soniq.lab.source import show
from soniq.lab.stage import Run

INTRODUCTION: Final = (
    "A bookshop takes an order and enqueues its invoice. Real processes, a real Postgres, a real RQ queue on a "
    "real Valkey; each verdict is read from both systems afterwards."
)


@dataclass(frozen=True, slots=True)
class Played:
    """A turn as it went."""

    act: Act
    turn: Turn
    run: Run

    @property
    def is_as_promised(self) -> bool:
        """Whether the verdict is the promised one, and what should have struck did."""
        return self.run.struck and self.run.verdict.name == self.turn.promised


def main(as_json: bool = False) -> int:
    """Show the four failures and the four fixes.

    Args:
        as_json: Say it for a program: one JSON object, nothing else.

    Returns:
        An exit status: 0 only when every verdict is as promised.

    Raises:
        LabUnavailable: No way leads to a server; the message says what to install.
    """
    console = Console(quiet=as_json, highlight=False)
    began = time.monotonic()
    played = asyncio.run(_play(console))
    if as_json:
        Console(soft_wrap=True).print_json(json.dumps([_fact(each) for each in played]))
    _sum_up(console, played, time.monotonic() - began)
    return 0 if all(each.is_as_promised for each in played) else 1


async def _play(console: Console) -> list[Played]:
    played = []
    console.print(INTRODUCTION)
    with console.status("Starting the servers"):
        shop = await open_shop()
    try:
        for number, act in enumerate(ACTS, 1):
            console.print()
            console.rule(Text(f"{number}  {act.title}", "bold"), align="left", characters="─")
            for turn in (*act.failures, *act.fixes):
                played.append(Played(act, turn, await _take(console, shop, turn)))
    finally:
        await shop.close()
    return played


async def _take(console: Console, shop: Shop, turn: Turn) -> Run:
    console.print()
    console.print(turn.says, style="bold", markup=False)
    if turn.code is not None:
        source = Syntax(show(turn.code).text, "python", theme="ansi_dark", background_color="default", word_wrap=True)
        console.print(Padding(source, (1, 0, 1, 2)))
    with console.status("Running"):
        run = await turn.play(shop)
    console.print(run.timeline.table())
    return run


def _sum_up(console: Console, played: list[Played], seconds: float) -> None:
    table = Table("", "RQ", "Soniq", box=None, padding=(0, 2, 0, 0))
    for act in ACTS:
        runs = [each for each in played if each.act is act]
        failures = [each for each in runs if each.turn in act.failures]
        fixes = [each for each in runs if each.turn in act.fixes]
        table.add_row(act.title, _verdicts(failures), _verdicts(fixes))
    console.print()
    console.rule(Text("What is left of the orders", "bold"), align="left", characters="─")
    console.print(table)
    console.print(f"\n{len(played)} orders in {seconds:.0f} s. The lessons: make lab")
    for each in played:
        if not each.is_as_promised:
            console.print(f"Not as promised ({each.turn.promised}): {each.turn.says} {each.run.verdict}", style="red")


def _verdicts(played: list[Played]) -> Text:
    words = [
        Text(f"{each.run.verdict.sign.shape} {each.run.verdict.name}", f"bold {each.run.verdict.sign.terminal}")
        for each in played
    ]
    return Text("\n").join(words)


def _fact(played: Played) -> dict[str, object]:
    return {
        "act": played.act.title,
        "says": played.turn.says,
        "order": played.run.order,
        "verdict": played.run.verdict.name,
        "promised": played.turn.promised,
        "sentence": played.run.verdict.sentence,
    }
