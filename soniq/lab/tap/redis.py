"""Read both directions of a connection to Redis or Valkey, as far as the keys of RQ and Celery tell what they do.

Source: Redis documentation, "Redis serialization protocol specification".
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from soniq.lab.tap.moment import Act, Moment

# RQ keeps a list of waiting jobs, and registries of those in work and at an end. Celery keeps a list of
# messages, a hash of those that a worker took, and a result for each that ended.
_COMMANDS: Final[tuple[tuple[re.Pattern[bytes], Act], ...]] = (
    (re.compile(rb"RPUSH rq:queue:"), "enqueue"),
    (re.compile(rb"LREM rq:queue:(?!\S+:intermediate )"), "cancel"),  # the other list is the worker's own
    (re.compile(rb"ZADD rq:wip:"), "claim"),
    (re.compile(rb"ZADD rq:finished:"), "done"),
    (re.compile(rb"ZADD rq:failed:"), "fail"),
    (re.compile(rb"LPUSH \S+:invoices "), "enqueue"),
    (re.compile(rb"HSET \S+:unacked "), "claim"),
    (re.compile(rb'SET(?:EX)? \S+:celery-task-meta-\S+ .*"status": "SUCCESS"', re.S), "done"),
    (re.compile(rb'SET(?:EX)? \S+:celery-task-meta-\S+ .*"status": "FAILURE"', re.S), "fail"),
    (re.compile(rb"HSETNX charges:"), "charge"),  # the payment provider's, which is played by the same server
)
# Both tell people in words what a job was called with: send_invoice(1043), "argsrepr": "(1043,)".
_ABOUT: Final = re.compile(rb'_invoice\((\d+)|argsrepr[\\": ]+\((\d+)')
_TEXT: Final = b"$=!"
_MANY: Final = b"*~>%|"
_PAIRS: Final = b"%|"
_UNASKED: Final = b">"  # a push: an answer to nothing


class RedisWire:
    """One connection: its commands, and the moments among them."""

    def __init__(self, line: str) -> None:
        self.line = line
        self._to_server, self._to_client = bytearray(), bytearray()
        self._asked: deque[list[Moment]] = deque()
        self._gathered: list[Moment] | None = None  # between MULTI and EXEC
        self._about: int | None = None  # the order that was spoken of last

    def sent(self, data: bytes) -> Iterator[tuple[bytes, Moment | None, bytes]]:
        """Split what the client sent into commands: for each its moment."""
        self._to_server += data
        while end := _end(self._to_server, 0):
            command = bytes(self._to_server[:end])
            del self._to_server[:end]
            self._listen(command)
            yield command, self._moment(_words(command)), b""

    def answered(self, data: bytes) -> Iterator[tuple[bytes, Moment | None]]:
        """Split what the server sent into answers: for each the moment that it ends."""
        self._to_client += data
        while end := _end(self._to_client, 0):
            answer = bytes(self._to_client[:end])
            del self._to_client[:end]
            self._listen(answer)
            ended = self._asked.popleft() if self._asked and answer[:1] != _UNASKED else []
            for moment in ended:
                rows = _fields(answer) if moment.act == "charge" else 1
                yield b"", replace(moment, answer="ok", rows=rows)
            yield answer, None

    def _moment(self, words: list[bytes]) -> Moment | None:
        verb = words[0].upper() if words else b""
        command = b" ".join(words)
        act = next((act for pattern, act in _COMMANDS if pattern.match(command)), None)
        moment = Moment(act, self.line, about=self._about) if act else None
        self._note(verb, moment)
        return moment

    def _listen(self, said: bytes) -> None:
        if found := _ABOUT.search(said):
            self._about = int(found[1] or found[2])

    def _note(self, verb: bytes, moment: Moment | None) -> None:
        """Remember which answer ends the moment: that of EXEC for what stands in a MULTI."""
        own = [moment] if moment else []
        if verb == b"MULTI":
            self._gathered = []
        elif self._gathered is not None and verb in (b"EXEC", b"DISCARD"):
            own, self._gathered = (self._gathered if verb == b"EXEC" else []), None
        elif self._gathered is not None:
            self._gathered += own
            own = []
        self._asked.append(own)


def _fields(answer: bytes) -> int:
    """Read how many fields HSETNX set: none where there was one."""
    return int(answer[1:-2])


def _words(command: bytes) -> list[bytes]:
    """Return a command's words; commands are arrays of texts, whose lengths keep binary content apart."""
    words, at = [], command.index(b"\r\n") + 2
    while at < len(command):
        line = command.index(b"\r\n", at)
        length = int(command[at + 1 : line])
        words.append(command[line + 2 : line + 2 + length])
        at = line + 2 + length + 2
    return words


def _end(buffer: bytearray, start: int) -> int:
    """Return where the value at `start` ends, 0 where it has not arrived whole."""
    line = buffer.find(b"\r\n", start)
    if line < 0:
        return 0
    kind, after = buffer[start : start + 1], line + 2
    if kind in _TEXT and (length := int(buffer[start + 1 : line])) >= 0:
        return after + length + 2 if len(buffer) >= after + length + 2 else 0
    if kind in _MANY:
        count = int(buffer[start + 1 : line]) * (2 if kind in _PAIRS else 1)
        for _ in range(count):
            after = _end(buffer, after)
            if not after:
                return 0
    return after
