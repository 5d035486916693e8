"""Tortoise's `in_transaction()`, on asyncpg and on psycopg."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from urllib.parse import urlsplit

import psycopg
from tortoise import Tortoise, connections, fields
from tortoise.exceptions import BaseORMException
from tortoise.models import Model
from tortoise.transactions import in_transaction

from tests.adapters.shapes.shape import Shape, rolled_back


class Order(Model):
    """An order, for Tortoise."""

    id = fields.BigIntField(primary_key=True)
    reference = fields.TextField()

    class Meta:
        table = "orders"


class TortoiseOnAsyncpg(Shape):
    name = "tortoise-asyncpg"
    error = BaseORMException
    driver: ClassVar[str] = "asyncpg"  # names the connection too: Tortoise keeps its INSERTs by that name

    async def open(self) -> None:
        url = urlsplit(self.url)._replace(scheme=self.driver).geturl()
        app = {"models": [__name__], "default_connection": self.driver}
        await Tortoise.init(config={"connections": {self.driver: url}, "apps": {"models": app}})

    async def close(self) -> None:
        await Tortoise.close_connections()

    def transaction(self) -> Any:
        return in_transaction(self.driver)

    def nested(self, held: Any) -> Any:
        return in_transaction(self.driver)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Any]:
        yield connections.get(self.driver)

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[Any]:
        """Ask for the ambient client when the block that made it a transaction is over."""
        async with in_transaction(self.driver):
            pass
        yield connections.get(self.driver)

    @asynccontextmanager
    async def untouched(self, commit: bool) -> AsyncIterator[Any]:
        """Give the ambient client, which inside the block is the transaction."""
        async with in_transaction(self.driver) if commit else rolled_back(in_transaction(self.driver)):
            yield connections.get(self.driver)

    async def ended(self) -> Any:
        async with in_transaction(self.driver) as held:
            pass
        return held

    def instead(self) -> Sequence[object]:
        return [self.url, self.driver, connections, in_transaction(self.driver), Order]

    async def execute(self, held: Any, statement: str) -> None:
        await held.execute_query_dict(statement)

    async def order(self, held: Any, reference: str) -> None:
        await Order.create(reference=reference, using_db=held)


class TortoiseOnPsycopg(TortoiseOnAsyncpg):
    name = "tortoise-psycopg"
    lost = (psycopg.Error,)
    driver = "psycopg"
