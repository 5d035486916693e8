"""In the child process: read the learner's cell, and let an actor of ours use what it defines."""

import asyncio
import inspect
import sys
from dataclasses import dataclass
from importlib import import_module
from traceback import walk_tb
from types import ModuleType
from typing import Any, Final, TypedDict

from soniq.lab.shop.order import Order

CELL: Final = "<your cell>"


class CellUnreadable(Exception):
    """The cell cannot be run at all; the message says what Python said."""


class NameMissing(Exception):
    """The cell does not define what the exercise needs."""


@dataclass(frozen=True, slots=True)
class Where:
    """What the learner's code works on.

    Attributes:
        database: The URL of the bookshop's database, by way of the tap.
        broker: The URL of its RQ server, by way of the tap.
        queue: The name of its RQ queue.
        order: What is ordered.
    """

    database: str
    broker: str
    queue: str
    order: Order


class Learned:
    """What the learner's cell defines."""

    def __init__(self, cell: ModuleType) -> None:
        self._cell = cell

    def get(self, name: str) -> Any:
        """Return what the cell calls by this name.

        Raises:
            NameMissing: It defines no such name.
        """
        if not hasattr(self._cell, name):
            raise NameMissing(name)
        return getattr(self._cell, name)


class Cell(TypedDict):
    """What goes to the process.

    Attributes:
        source: The learner's.
        actor: `module:function`, plain or async.
        printed: A file that gets what the learner's code prints, line by line: it may be killed any moment.
    """

    source: str
    actor: str
    printed: str


def play(database: str, broker: str, queue: str, order: dict[str, Any], cell: Cell, *more: Any) -> Any:
    """Read the cell and call the actor with what it defines, where, and whatever `more` is."""
    # It stays open as long as the process lives.
    sys.stdout = open(cell["printed"], "a", buffering=1, encoding="utf-8")  # noqa: SIM115
    module, _, name = cell["actor"].partition(":")
    act = getattr(import_module(module), name)
    where = Where(database, broker, queue, Order(**order))
    try:
        learned = Learned(_read(cell["source"]))
        acted = act(learned, where, *more)
        return asyncio.run(acted) if inspect.iscoroutine(acted) else acted
    except BaseException as error:
        if place := _place(error, cell["source"]):
            error.add_note(place)
        raise


def _read(source: str) -> ModuleType:
    cell = ModuleType("cell")
    sys.modules[cell.__name__] = cell  # where dataclasses and annotations look names up
    try:
        exec(compile(source, CELL, "exec"), cell.__dict__)
    except SyntaxError as error:
        unreadable = CellUnreadable(f"{type(error).__name__}: {error.msg}")
        unreadable.add_note(_line(source, error.lineno or 0))
        raise unreadable from error
    except BaseException as error:
        unreadable = CellUnreadable(f"{type(error).__name__}: {error}")
        unreadable.add_note(_place(error, source))
        raise unreadable from error
    return cell


def _place(error: BaseException, source: str) -> str:
    """Say in which line of the cell it happened; empty where no line of the cell had a part in it."""
    if getattr(error, "__notes__", ()):
        return ""
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == CELL]
    return _line(source, lines[-1]) if lines else ""


def _line(source: str, number: int) -> str:
    lines = source.splitlines()
    return f"line {number}: {lines[number - 1].strip()}" if 0 < number <= len(lines) else f"line {number}"
