"""A real web server for one request, with SQLAlchemy behind it."""

import asyncio
import socket
from typing import Any

import uvicorn
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from soniq.lab.shapes.fastapi_session import api
from soniq.lab.shapes.tasks import bookshop


def serve(database: str, _broker: str, _queue: str, _order: dict[str, Any], listener: int) -> None:
    """Answer one request that comes over HTTP, and end.

    Args:
        listener: The listening socket, opened by the parent: whoever calls may do so at once.
    """
    asyncio.run(_serve(database, socket.socket(fileno=listener)))


async def _serve(database: str, listener: socket.socket) -> None:
    engine = create_async_engine(make_url(database).set(drivername="postgresql+asyncpg"))
    async with bookshop(database) as app:
        api.state.soniq, api.state.sessions = app, async_sessionmaker(engine)
        server = uvicorn.Server(uvicorn.Config(api, log_level="critical", limit_max_requests=1))
        await server.serve(sockets=[listener])
        await engine.dispose()
