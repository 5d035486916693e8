"""A port that leads to a server, on which everything can be seen and stopped."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from soniq.lab.tap.moment import Cut, Moment, Observer
from soniq.lab.tap.postgres import PostgresWire
from soniq.lab.tap.redis import RedisWire

CHUNK_BYTES: Final = 65536


class Wire(Protocol):
    """Splits both directions of a connection into messages."""

    line: str

    def sent(self, data: bytes) -> Iterator[tuple[bytes, Moment | None, bytes]]:
        """What goes on to the server, its moment, and what goes back instead."""

    def answered(self, data: bytes) -> Iterator[tuple[bytes, Moment | None]]:
        """What goes back to the client, and the moment that it ends."""


@dataclass(frozen=True, slots=True)
class Tap:
    """An open tap.

    Attributes:
        url: Leads to the same server by way of us.
    """

    url: str


def tap_postgres(url: str, observer: Observer, name: str = "pg") -> "contextlib.AbstractAsyncContextManager[Tap]":
    """Watch who connects to a Postgres by the URL that this gives, for as long as the block lasts."""
    return _tap(url, 5432, lambda line: PostgresWire(f"{name}-{line}"), observer)


def tap_queue(url: str, observer: Observer, name: str = "rq") -> "contextlib.AbstractAsyncContextManager[Tap]":
    """Watch who connects to a Redis or Valkey by the URL that this gives, for as long as the block lasts."""
    return _tap(url, 6379, lambda line: RedisWire(f"{name}-{line}"), observer)


@asynccontextmanager
async def _tap(url: str, port: int, wire: Callable[[int], Wire], observer: Observer) -> AsyncIterator[Tap]:
    parts = urlsplit(url)
    upstream = parts.hostname or "127.0.0.1", parts.port or port
    lines: set[asyncio.Task[None]] = set()
    numbers = count(1)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        lines.add(task)
        this = wire(next(numbers))
        with contextlib.suppress(asyncio.CancelledError):
            await _relay((reader, writer), upstream, this, observer)
        await observer.gone(this.line)
        lines.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield Tap(_through(url, server.sockets[0].getsockname()[1]))
    finally:
        server.close()
        for line in list(lines):
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


def _through(url: str, port: int) -> str:
    """Lead a URL to our port; nothing is encrypted on the way from this machine to itself."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "sslmode"]
    netloc = f"{login}@127.0.0.1:{port}" if login else f"127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query)))


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _relay(client: Ends, upstream: tuple[str, int], wire: Wire, observer: Observer) -> None:
    async with _closing(client):
        server = await asyncio.open_connection(*upstream)
        async with _closing(server):
            pumps = [
                asyncio.create_task(_to_server(client, server, wire, observer)),
                asyncio.create_task(_to_client(client, server, wire, observer)),
            ]
            try:
                # Whichever side ends first, by itself or because it was cut, ends the other.
                done, _ = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
            for pump in done:
                _raise_unless_ended(pump)


@asynccontextmanager
async def _closing(ends: Ends) -> AsyncIterator[None]:
    try:
        yield
    finally:
        ends[1].close()
        with contextlib.suppress(OSError):
            await ends[1].wait_closed()


def _raise_unless_ended(pump: "asyncio.Task[None]") -> None:
    error = None if pump.cancelled() else pump.exception()
    if error is not None and not isinstance(error, Cut | OSError):
        raise error


async def _to_server(client: Ends, server: Ends, wire: Wire, observer: Observer) -> None:
    while data := await client[0].read(CHUNK_BYTES):
        for message, moment, instead in wire.sent(data):
            await observer.passing()
            if moment is not None:
                await server[1].drain()
                await observer.before(moment)
            _pass_on(server[1], message)
            _pass_on(client[1], instead)
        await server[1].drain()


async def _to_client(client: Ends, server: Ends, wire: Wire, observer: Observer) -> None:
    while data := await server[0].read(CHUNK_BYTES):
        for message, moment in wire.answered(data):
            if moment is not None:
                await observer.after(moment)
            _pass_on(client[1], message)
        await client[1].drain()


def _pass_on(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Write, unless the other end is gone: of writes into the void asyncio complains aloud."""
    if not writer.is_closing():
        writer.write(data)
