"""What a worker and its child processes say to each other, over a pipe, pickled."""

import logging
from dataclasses import dataclass

from soniq.task.importable import Place


@dataclass(frozen=True, slots=True)
class Order:
    """Call a handler.

    Attributes:
        place: Which one.
        arguments: Its keyword arguments, pickled apart, so that what cannot be unpickled fails the attempt only.
        log_level: What the worker's log leaves out need not travel.
    """

    place: Place
    arguments: bytes
    log_level: int


@dataclass(frozen=True, slots=True)
class Logged:
    """The child logged something."""

    record: logging.LogRecord


@dataclass(frozen=True, slots=True)
class Progressed:
    """The handler said how far it has come."""

    share: float
    note: str | None


@dataclass(frozen=True, slots=True)
class Returned:
    """The handler returned this, pickled."""

    result: bytes


@dataclass(frozen=True, slots=True)
class Raised:
    """The handler raised this, pickled; the traceback as text, as tracebacks cannot travel."""

    error: bytes
    traceback: str


Answer = Returned | Raised
Aside = Logged | Progressed
