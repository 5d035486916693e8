"""A process that places one order and forgets `connection=`, under a guard or under none."""

import asyncio
from typing import Any, Final

from soniq.lab.shapes import forgotten
from soniq.lab.shapes.tasks import bookshop
from soniq.lab.shop.order import Order

GUARDS: Final[dict[str, dict[str, Any]]] = {
    "off": {"transactional": False, "unjoined": "off"},
    "warn": {"transactional": False, "unjoined": "warn"},
    "error": {"transactional": False, "unjoined": "error"},
    "transactional": {"transactional": True, "unjoined": "off"},
}


def place(database: str, _broker: str, _queue: str, order: dict[str, Any], guard: str = "off") -> None:
    """Be the request."""

    async def run() -> None:
        # Without retries: a job that fails is over, and no later worker's story has it.
        async with bookshop(database, max_retries=0, **GUARDS[guard]) as app:
            await forgotten.place_order(app, Order(**order))

    asyncio.run(run())
