"""Run each failure for real, and store its timeline for the page about it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from soniq import lab
from soniq.lab.shop import Shop, naive
from soniq.lab.stage import Run

PICTURES: Final = Path(__file__).parents[1] / "tutorial" / "failures" / "pictures"
RUNS: Final[dict[str, Callable[[Shop], Awaitable[Run]]]] = {
    "refused": lab.failures.unanswered_call,
    "ghost": lab.failures.ghost,
    "declined": lambda shop: lab.failures.change_of_mind(shop, naive.both_and_mail_at_once),
    "early": lab.failures.early_worker,
    "knife": lab.failures.knife,
    "twice": lab.shapes.killed_after_the_invoice,
}


async def draw() -> None:
    """Draw all of them, each with the shop's first number, as on every other day."""
    PICTURES.mkdir(exist_ok=True)
    for name, run in RUNS.items():
        shop = await lab.open_shop()
        drawing = lab.timeline((await run(shop)).story, name)
        await shop.close()
        (PICTURES / f"{name}.inc").write_text(
            f'<div class="lesson-output">\n{drawing.html}\n</div>\n', encoding="utf-8"
        )


if __name__ == "__main__":
    asyncio.run(draw())
