"""A process that places one order by Tortoise."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from tortoise import Tortoise

from soniq.lab.shapes.tasks import bookshop
from soniq.lab.shapes.tortoise_transaction import place_order
from soniq.lab.shop.order import Order


def place(database: str, _broker: str, _queue: str, order: dict[str, Any]) -> None:
    """Place the order, and end."""
    asyncio.run(_place(database, Order(**order)))


async def _place(database: str, order: Order) -> None:
    await open_tortoise(database)
    async with bookshop(database) as app:
        await place_order(app, order)
    await Tortoise.close_connections()


async def open_tortoise(url: str) -> None:
    """Let Tortoise speak to the bookshop's database, from every task of this process; a second call begins anew."""
    await Tortoise.close_connections()
    asyncpg_url = urlsplit(url)._replace(scheme="asyncpg").geturl()
    await Tortoise.init(
        db_url=asyncpg_url,
        modules={"models": ["soniq.lab.shapes.tortoise_models"]},
        _enable_global_fallback=True,  # each cell of a notebook has a context of its own; so has a web request
    )
