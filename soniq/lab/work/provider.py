"""A payment provider: another system, which takes no part in any commit. The lab's Valkey plays it."""

import os
from typing import Final
from uuid import uuid4

from redis.asyncio import Redis

from soniq import JobContext

VARIABLE: Final = "BOOKSHOP_PROVIDER_URL"
CHARGES: Final = "charges:{shop}"
KEPT_SECONDS: Final = 3600


class Provider:
    """Charges cards. What was charged stays charged.

    Args:
        url: Its server.
        shop: Whose money it takes.
    """

    def __init__(self, url: str, shop: str) -> None:
        self._url, self._charges = url, CHARGES.format(shop=shop)

    async def charge(self, customer: str, amount: int, key: str | None = None) -> None:
        """Charge a card.

        Args:
            customer: Whose.
            amount: How much.
            key: A second charge with the same key is the first one; None makes each call a charge of its own.
        """
        async with Redis.from_url(self._url) as server:
            await server.hsetnx(self._charges, key or uuid4().hex, f"{customer} {amount}")
            await server.expire(self._charges, KEPT_SECONDS)

    async def count(self) -> int:
        """Count what was charged."""
        async with Redis.from_url(self._url) as server:
            return int(await server.hlen(self._charges))


def provider() -> Provider:
    """Reach the provider from a worker."""
    return Provider(*os.environ[VARIABLE].split())


async def charge_card(number: int, ctx: JobContext) -> None:
    """Charge the card and send the invoice, all in the transaction that ends the job."""
    async with ctx.transaction() as conn:
        await provider().charge("Ada", 30)
        await conn.execute("insert into invoices (number, customer) values ($1, 'Ada')", number)


async def charge_card_by_key(number: int, ctx: JobContext) -> None:
    """Do the same, and let the provider know a repetition by the job's id."""
    async with ctx.transaction() as conn:
        await provider().charge("Ada", 30, key=ctx.job_id)
        await conn.execute("insert into invoices (number, customer) values ($1, 'Ada')", number)
