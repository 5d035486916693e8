"""Count what a client really sends, and lose answers: a relay in front of the server that reads the messages.

Source: PostgreSQL manual, "Frontend/Backend Protocol", "Message Formats".
"""

import asyncio
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

ENCRYPTION_REQUESTS: Final = (80877103, 80877104)  # SSL, GSSAPI
STATEMENTS: Final = b"EQ"  # Execute, simple Query
WAITS: Final = b"SHQ"  # Sync, Flush, simple Query: the server answers, the client waits


@dataclass(frozen=True, slots=True)
class Sent:
    """What went over the wire in a block."""

    messages: Counter[int]

    @property
    def statements(self) -> int:
        """How many statements the server executed."""
        return sum(self.messages[kind] for kind in STATEMENTS)

    @property
    def round_trips(self) -> int:
        """How often the client waited for an answer."""
        return sum(self.messages[kind] for kind in WAITS)


class Wire:
    """A relay on a thread of its own, for synchronous clients hold theirs."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = parts.hostname or "127.0.0.1", parts.port or 5432
        self._messages: Counter[int] = Counter()
        self._losing: bytes | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._relay, "127.0.0.1", 0), self._loop)
        self._listener = listening.result()
        login = parts.netloc.rpartition("@")[0]
        port = self._listener.sockets[0].getsockname()[1]
        self.url = parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()

    def close(self) -> None:
        """End the relay and its thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextmanager
    def counting(self) -> Iterator[Sent]:
        """Count the messages of the block; read them when it is over."""
        sent, before = Sent(Counter()), Counter(self._messages)
        yield sent
        sent.messages.update(self._messages - before)

    def lose_the_next_answer(self, saying: bytes = b"") -> None:
        """Cut the connection when the server has answered (with these bytes), before the client hears it."""
        self._losing = saying

    @property
    def lost_it(self) -> bool:
        """Whether no answer is still to be lost."""
        return self._losing is None

    async def _end(self) -> None:
        self._listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed lets go of its socket in the loop's next turn

    async def _relay(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with closing(to_client):
            server, to_server = await asyncio.open_connection(*self._server)
            with closing(to_server):
                up = asyncio.create_task(self._read(client, to_client, to_server))
                try:
                    while chunk := await server.read(65536):
                        if self._losing is not None and self._losing in chunk:
                            self._losing = None
                            break
                        to_client.write(chunk)
                finally:
                    up.cancel()

    async def _read(
        self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter, to_server: asyncio.StreamWriter
    ) -> None:
        try:
            while (first := await self._body(client))[1] in ENCRYPTION_REQUESTS:
                to_client.write(b"N")
            to_server.write(first[0])
            while True:
                kind = await client.readexactly(1)
                self._messages[kind[0]] += 1
                to_server.write(kind + (await self._body(client))[0])
        except asyncio.IncompleteReadError:
            to_server.close()

    async def _body(self, client: asyncio.StreamReader) -> tuple[bytes, int]:
        head = await client.readexactly(4)
        rest = await client.readexactly(struct.unpack("!I", head)[0] - 4)
        return head + rest, int.from_bytes(rest[:4])
