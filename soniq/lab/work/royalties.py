"""What the bank's worker runs: thirty for the author of a sold book, moved in three ways."""

import os
from typing import Final

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from soniq import JobContext
from soniq.lab.shop.tasks import DATABASE_VARIABLE

TAKE: Final = "update accounts set balance = balance - 30 where name = 'shop'"
GIVE: Final = "update accounts set balance = balance + 30 where name = 'Grace'"


async def pay(number: int) -> None:
    """Move the money in one transaction; the job's end is recorded after it."""
    db = await asyncpg.connect(os.environ[DATABASE_VARIABLE])
    async with db.transaction():
        await db.execute(TAKE)
        await db.execute(GIVE)
    await db.close()


async def pay_with_its_end(number: int, ctx: JobContext) -> None:
    """Move the money and end the job in one transaction of Soniq's pool."""
    async with ctx.transaction() as conn:
        await conn.execute(TAKE)
        await conn.execute(GIVE)


async def pay_on_your_session(number: int, ctx: JobContext) -> None:
    """Move the money and end the job in one transaction of SQLAlchemy's."""
    async with open_session() as session, session.begin():
        await session.execute(text(TAKE))
        await session.execute(text(GIVE))
        await ctx.complete(connection=session)


def open_session() -> AsyncSession:
    """Give a session of its own to each handler."""
    url = make_url(os.environ[DATABASE_VARIABLE]).set(drivername="postgresql+asyncpg")
    return AsyncSession(create_async_engine(url, poolclass=NullPool))
