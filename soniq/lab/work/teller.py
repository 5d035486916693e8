"""What the processes do that move money: work until nothing is due, or until SIGTERM."""

import asyncio
import os
from typing import Any, Final

from soniq import Soniq
from soniq.lab.work import provider, royalties

TASK: Final = "move_money"
RETRIES: Final = 1000
HANDLERS: Final = {
    each.__name__: each
    for each in (
        royalties.pay,
        royalties.pay_with_its_end,
        royalties.pay_on_your_session,
        provider.charge_card,
        provider.charge_card_by_key,
    )
}
# Few messages but those of its job: they are counted.
QUIET: Final[dict[str, Any]] = {"heartbeat_interval": 60, "sweep_interval": 60}
# Another worker is taken for dead after a second of silence.
QUICK: Final[dict[str, Any]] = {"heartbeat_timeout": 1, "heartbeat_interval": 0.2, "sweep_interval": 0.2}


def bank(url: str, handler: str = royalties.pay.__name__, **settings: Any) -> Soniq:
    """Make the bank's app, with one of `HANDLERS`."""
    app = Soniq(url, queues="money", max_retries=RETRIES, **settings)
    app.job(name=TASK, queue="money")(HANDLERS[handler])
    return app


def work(database: str, broker: str, queue: str, _order: dict[str, Any], handler: str) -> int:
    """Be the worker: run what is due, and end."""
    return _run(bank(database, handler, **QUIET), f"{broker} {queue}", run_once=True)


def finish(database: str, broker: str, queue: str, _order: dict[str, Any], handler: str) -> int:
    """Be the worker, quick to take another one for dead."""
    return _run(bank(database, handler, **QUICK), f"{broker} {queue}", run_once=True)


def keep_working(database: str, broker: str, queue: str, _order: dict[str, Any], handler: str) -> int:
    """Be such a worker until SIGTERM."""
    return _run(bank(database, handler, **QUICK), f"{broker} {queue}", run_once=False)


def _run(app: Soniq, where: str, run_once: bool) -> int:
    os.environ[provider.VARIABLE] = where

    async def run() -> int:
        async with app:
            return await app.run_worker(run_once=run_once)

    return asyncio.run(run())
