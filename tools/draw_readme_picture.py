"""Run failure 4 for real, and store its timeline as the README's picture."""

import asyncio
from pathlib import Path

from soniq import lab

PICTURE = Path(__file__).parents[1] / "tutorial" / "assets" / "lost.svg"


async def draw() -> None:
    """Kill a real request between its two calls, and draw what was recorded."""
    shop = await lab.open_shop()
    run = await lab.failures.knife(shop)
    await shop.close()
    PICTURE.write_text(lab.timeline(run.story, "readme").svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draw())
