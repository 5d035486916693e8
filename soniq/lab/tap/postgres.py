"""Read both directions of a Postgres connection.

Source: PostgreSQL manual, "Frontend/Backend Protocol", "Message Formats".
"""

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from soniq.lab.tap.moment import Act, Moment, classify

NO_ENCRYPTION: Final = b"N"
_ENCRYPTION_REQUESTS: Final = (80877103, 80877104)  # SSL, GSSAPI
_HEADER_BYTES: Final = 4
_ABOUT_AN_ORDER: Final = ("write", "outbox", "read", "effect")  # their first parameter is its number
SAY_HOW_MANY: Final[dict[Act, int]] = {"done": 1, "fail": 1, "rescue": 2}  # in so many columns of one row


class PostgresWire:
    """One connection: its messages, and the moments among them."""

    def __init__(self, line: str) -> None:
        self.line = line
        self._to_server, self._to_client = bytearray(), bytearray()
        self._started = False
        self._statements: dict[bytes, Act | None] = {}
        self._portals: dict[bytes, tuple[Act | None, int | None]] = {}
        self._asked: deque[Moment | None] = deque()
        self._jobs: int | None = None  # what the statement that is being answered says of its jobs

    def sent(self, data: bytes) -> Iterator[tuple[bytes, Moment | None, bytes]]:
        """Split what the client sent into messages: for each its moment, and what we answer in the server's place."""
        self._to_server += data
        while message := self._next(self._to_server, 1 if self._started else 0):
            if not self._started:
                code = struct.unpack_from("!I", message, _HEADER_BYTES)[0]
                self._started = code not in _ENCRYPTION_REQUESTS
                yield (b"", None, NO_ENCRYPTION) if not self._started else (message, None, b"")
            else:
                yield message, self._moment(message), b""

    def answered(self, data: bytes) -> Iterator[tuple[bytes, Moment | None]]:
        """Split what the server sent into messages: for each the moment that it ends."""
        self._to_client += data
        while message := self._next(self._to_client, 1):
            yield message, _as_it_was_done(self._ended(message), message)

    @staticmethod
    def _next(buffer: bytearray, tag_bytes: int) -> bytes:
        if len(buffer) < tag_bytes + _HEADER_BYTES:
            return b""
        length = tag_bytes + struct.unpack_from("!I", buffer, tag_bytes)[0]
        if len(buffer) < length:
            return b""
        message = bytes(buffer[:length])
        del buffer[:length]
        return message

    def _moment(self, message: bytes) -> Moment | None:
        kind, body = message[:1], message[5:]
        if kind == b"P":
            name, statement, _ = body.split(b"\0", 2)
            self._statements[name] = classify(statement.decode(errors="replace"))
        elif kind == b"B":
            portal, name, parameters = body.split(b"\0", 2)
            act = self._statements.get(name)
            self._portals[portal] = act, _first_number(parameters) if act in _ABOUT_AN_ORDER else None
        elif kind == b"E":
            return self._ask(*self._portals.get(body.split(b"\0", 1)[0], (None, None)))
        elif kind == b"Q":
            return self._ask(classify(body.rstrip(b"\0").decode(errors="replace")))
        return None

    def _ask(self, act: Act | None, about: int | None = None) -> Moment | None:
        moment = Moment(act, self.line, about=about) if act else None
        self._asked.append(moment)
        return moment

    def _ended(self, message: bytes) -> Moment | None:
        kind, body = message[:1], message[5:]
        if kind == b"D" and self._asked and (moment := self._asked[0]) and moment.act in SAY_HOW_MANY:
            self._jobs = sum(_numbers(body)[: SAY_HOW_MANY[moment.act]])
        if kind == b"Z":  # ready for the next query: nothing is asked any more
            self._asked.clear()
        if kind not in b"CsIE" or not self._asked:
            return None
        moment = self._asked.popleft()
        if kind == b"E":
            self._asked.clear()
        if moment is None:
            return None
        if kind == b"E":
            return replace(moment, answer=_refusal(body))
        # Suspended after as many rows as were asked for: there was one at least.
        rows = 1 if kind == b"s" else _rows(body)
        said, self._jobs = self._jobs, None
        return replace(moment, answer="ok", rows=rows if said is None else said)


def _as_it_was_done(moment: Moment | None, message: bytes) -> Moment | None:
    """Say what Postgres did, where that is not what was asked: an aborted transaction's COMMIT rolls back."""
    if moment is not None and moment.act == "commit" and message[5:].startswith(b"ROLLBACK"):
        return replace(moment, act="rollback")
    return moment


def _refusal(body: bytes) -> str:
    """Say what refused: the constraint where there is one, else the message."""
    fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
    return fields.get(b"n") or fields.get(b"M", "refused")


def _numbers(body: bytes) -> list[int]:
    """Read a row's columns as numbers, in text or binary; what is none counts as 0."""
    numbers, at = [], 2
    for _ in range(struct.unpack_from("!H", body)[0]):
        length = struct.unpack_from("!i", body, at)[0]
        value = body[at + 4 : at + 4 + max(length, 0)]
        at += 4 + max(length, 0)
        numbers.append(int(value) if value.isdigit() else int.from_bytes(value, signed=True))
    return numbers


def _rows(body: bytes) -> int:
    count = body.rstrip(b"\0").rpartition(b" ")[2]
    return int(count) if count.isdigit() else 0


def _first_number(parameters: bytes) -> int | None:
    """Read the first parameter of a Bind, which comes as text or as a big-endian integer."""
    formats = struct.unpack_from("!h", parameters)[0]
    is_binary = formats > 0 and struct.unpack_from("!h", parameters, 2)[0] == 1
    at = 2 + 2 * formats
    count, length = struct.unpack_from("!hi", parameters, at)
    value = parameters[at + 6 : at + 6 + max(length, 0)] if count else b""
    if is_binary:
        return int.from_bytes(value, signed=True) if value else None
    return int(value) if value.isdigit() else None
