"""Handlers that keep a CPU busy, or die: a child process imports this file."""

import ctypes
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import Popen
from time import sleep

from pydantic import BaseModel

from soniq import JobContext, Snooze


class Order(BaseModel):
    number: int


class Wanting(Exception):
    """An exception that pickle cannot rebuild."""

    def __init__(self, number: int, *, what: str) -> None:
        super().__init__(f"{number} of {what}")


def spin(pids: Path) -> None:
    _note(pids)
    while True:
        pass


def spin_in_c(pids: Path) -> None:
    """Run C code that holds the interpreter's lock, so that not even a signal's handler runs."""
    _note(pids)
    ctypes.PyDLL(None).sleep(3600)


def spin_tidily(pids: Path) -> None:
    try:
        spin(pids)
    finally:
        pids.with_suffix(".tidied").touch()


def spin_and_start(pids: Path) -> None:
    """Start a program, which must not go on without us either."""
    child = Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    pids.with_suffix(".program").write_text(str(child.pid))
    spin(pids)


def double(order: Order) -> Order:
    return Order(number=2 * order.number)


def pid() -> int:
    return os.getpid()


def die(how: str, once: Path) -> str:
    if once.exists():
        return "alive"
    once.touch()
    match how:
        case "SIGKILL":
            os.kill(os.getpid(), signal.SIGKILL)
        case "SIGSEGV":
            ctypes.string_at(0)
        case "forked":  # the fork holds the pipe open
            if os.fork():
                os._exit(3)
            sleep(3600)
    return "not reached"


def fail() -> None:
    _fail_deep()


def _fail_deep() -> None:
    raise LookupError("order 7 does not exist")


def want() -> None:
    raise Wanting(7, what="order")


def leave() -> None:
    sys.exit("enough")


def snooze() -> Snooze:
    return Snooze(3600, "busy")


def unpicklable() -> object:
    return {"lock": ThreadPoolExecutor, "name": lambda: 1}


def talk(ctx: JobContext) -> str:
    ctx.progress(0.5, "half")
    ctx.logger.info("resizing", extra={"width": 3})
    logging.getLogger("shop").debug("not wanted")
    try:
        raise KeyError("x")
    except KeyError:
        logging.getLogger("shop").exception("failed, %s", "but not for long", extra={"odd": lambda: 1})
    return f"{ctx.job_name} {ctx.attempt} {ctx.cancelled}"


def settle(ctx: JobContext) -> None:
    ctx.transaction()


async def asynchronous() -> None: ...


def _note(pids: Path) -> None:
    pids.with_suffix(".new").write_text(str(os.getpid()))
    pids.with_suffix(".new").rename(pids)
