"""Where another process finds a handler: its module, and its name in there."""

import inspect
import sys
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from typing import Any, Final

from soniq.errors import OptionInvalid
from soniq.task.definition import Handler, Task
from soniq.task.signature import read_signature

PROGRAM: Final = {"__main__", "__mp_main__"}  # the second is what multiprocessing calls it in a child


@dataclass(frozen=True, slots=True)
class Place:
    """A handler's import path.

    Attributes:
        module: Its module's full name.
        qualname: The names that lead to it from there, by dots.
    """

    module: str
    qualname: str

    def __str__(self) -> str:
        return f"{self.module}:{self.qualname}"

    def find(self) -> Handler:
        """Import the handler.

        Raises:
            Exception: What the import raises; AttributeError where the module has no such name.
        """
        found: Any = reduce(getattr, self.qualname.split("."), import_module(self.module))
        handler: Handler = getattr(found, "__soniq_handler__", found)  # behind `@app.job()`
        return handler


def place_of(handler: Handler) -> Place:
    """Return a handler's import path, whether or not it leads there."""
    return Place(getattr(handler, "__module__", "?"), getattr(handler, "__qualname__", repr(handler)))


def check_declared(task: Task) -> None:
    """Refuse `process=True` where it can be seen at once that a child process could not run the handler.

    Raises:
        OptionInvalid: It is asynchronous, or was made inside a function or in a notebook.
    """
    if not isinstance(task.process, bool):
        raise OptionInvalid(f"`process` must be true or false, not {task.process!r}", option="process")
    if not task.process:
        return
    place = place_of(task.handler)
    if inspect.iscoroutinefunction(task.handler):
        raise _refusal(task, "it is asynchronous: make it a plain function, or leave `process=True` out")
    if "<" in place.qualname:
        raise _refusal(task, f"no other process can import {place}: define it with `def` at the module's level")
    if place.module in PROGRAM and not hasattr(sys.modules[place.module], "__file__"):
        raise _refusal(task, "what a notebook defines cannot be imported: move it to a module, and import it here")


def check_importable(task: Task) -> None:
    """Refuse to start a worker whose child processes could not find a handler, or not give it what it takes.

    Raises:
        OptionInvalid: Its import path leads elsewhere, it is part of the program that is run, or it takes a resource.
        ArgumentsInvalid: Its annotations cannot be read.
    """
    place = place_of(task.handler)
    if place.module in PROGRAM:
        raise _refusal(
            task, f"{place} is part of the program that is run: move it to a module, or start it with `soniq worker`"
        )
    try:
        found = place.find()
    except Exception as error:
        raise _refusal(task, f"{place} cannot be imported: {type(error).__name__}: {error}") from error
    if found is not task.handler:
        raise _refusal(task, f"{place} is something else than the handler, which no other process can import, then")
    for name, resource in read_signature(task.name, task.handler).resources.items():
        raise _refusal(task, f"`{name}` asks for {resource}, which lives in the worker: open it in the handler")


def _refusal(task: Task, why: str) -> OptionInvalid:
    return OptionInvalid(f"task {task.name!r} is marked process=True, but {why}", option="process", task=task.name)
