"""A payment provider: a small HTTP server, which shares no transaction with anybody.

With a key that it has seen it takes nothing, and answers as it did the first time.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

KEY_HEADER: Final = "idempotency-key"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was asked for.

    Attributes:
        order: For which order.
        amount: How much.
        key: The request's idempotency key, if it had one.
    """

    order: int
    amount: int
    key: str | None = None


class Provider:
    """What the provider knows.

    Attributes:
        url: Where it is asked.
        asked: Every request that arrived.
        taken: The payments that it took.
        lost_answers: How many of the next answers get lost on their way.
        on_arrival: Awaited for every request, before money is taken.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Payment] = []
        self.taken: list[Payment] = []
        self.lost_answers = 0
        self.on_arrival: Callable[[], Awaitable[None]] | None = None

    async def charge(self, payment: Payment) -> str | None:
        """Take the money, unless the key is known; give the answer, None for one that gets lost."""
        if self.on_arrival is not None:
            await self.on_arrival()
        self.asked.append(payment)
        known = payment.key and next((one for one in self.taken if one.key == payment.key), None)
        if not known:
            self.taken.append(payment)
        if self.lost_answers:
            self.lost_answers -= 1
            return None
        return f"{(known or payment).amount} paid"


@asynccontextmanager
async def open_provider() -> AsyncIterator[Provider]:
    """Open a provider on a port of this machine's, for as long as the block lasts."""
    server = await asyncio.start_server(lambda reader, writer: _serve(provider, reader, writer), "127.0.0.1", 0)
    provider = Provider(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/charges")
    try:
        yield provider
    finally:
        server.close()


async def _serve(provider: Provider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:-2]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
        asked = json.loads(await reader.readexactly(int(headers["content-length"])))
        answer = await provider.charge(Payment(asked["order"], asked["amount"], headers.get(KEY_HEADER)))
        if answer is not None:
            body = json.dumps(answer).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body))
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        pass  # whoever asked is gone
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
