"""The program of a worker's child process: it runs one handler at a time, as it is told over a pipe."""

import contextlib
import ctypes
import logging
import os
import pickle
import signal
import sys
import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, Final

from soniq.job import JobContext
from soniq.run.baggage import pack_error, pack_result
from soniq.run.child_context import FactsOnly, OneWay
from soniq.run.messages import Answer, Aside, Logged, Order, Progressed
from soniq.run.safe_text import describe

ENDED: Final = 128 + signal.SIGTERM  # the exit status that shells give to what SIGTERM ended
PR_SET_PDEATHSIG: Final = 1


class Wire:
    """The pipe to the worker, for any thread of this process, and for no process that was forked from it."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self._connection = connection
        self._lock = threading.RLock()  # as a signal's handler may log within a send
        self._pid = os.getpid()

    def orders(self) -> "Any":
        """Give what the worker tells, until it hangs up."""
        with contextlib.suppress(EOFError):
            while True:
                yield self._connection.recv()

    def say(self, message: Answer | Aside) -> None:
        """Tell the worker something."""
        if os.getpid() == self._pid:
            with self._lock:
                self._connection.send(message)


class Forward(logging.Handler):
    """Sends what is logged here to the worker's log."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record as text, as its arguments may not travel."""
        try:
            self._wire.say(Logged(_plain(record)))
        except Exception:  # noqa: BLE001  # as every handler of the standard library does
            self.handleError(record)


def serve(channel: int, lifeline: int, worker_pid: int) -> None:
    """Run handlers until the worker hangs up; end at once, with all that was started here, where the worker dies.

    Args:
        channel: File descriptor of the pipe for orders and answers.
        lifeline: File descriptor of a pipe that nobody writes to, and that closes with the worker.
        worker_pid: Who started this process.
    """
    for descriptor in (channel, lifeline):
        os.set_inheritable(descriptor, False)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_die_with_worker, args=(lifeline,), name="soniq-lifeline", daemon=True).start()
    _ask_kernel_to_end_us(worker_pid)
    wire = Wire(Connection(channel))
    logging.getLogger().addHandler(Forward(wire))
    for order in wire.orders():
        wire.say(_answer(order, wire))


def _answer(order: Order, wire: Wire) -> Answer:
    logging.getLogger().setLevel(order.log_level)
    try:
        handler = order.place.find()
        arguments = pickle.loads(order.arguments)
        link = OneWay(lambda share, note: wire.say(Progressed(share, note)))
        for name, value in arguments.items():
            if isinstance(value, JobContext):
                arguments[name] = replace(value, _effects=FactsOnly(), _link=link)
        return pack_result(handler(**arguments))
    except BaseException as error:  # noqa: BLE001  # around the user's handler: what it raises is its outcome
        if _ending.is_set():
            os._exit(ENDED)
        return pack_error(error.with_traceback(error.__traceback__ and error.__traceback__.tb_next))


_ending: Final = threading.Event()


def _end(*_: object) -> None:
    """Let the handler's `finally` blocks run; who will not end is killed soon."""
    _ending.set()
    raise SystemExit(ENDED)


def _die_with_worker(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


def _ask_kernel_to_end_us(worker_pid: int) -> None:
    """Where there is Linux it kills us also while a piece of C code holds the interpreter's lock."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != worker_pid:  # it died before we asked
        os.killpg(0, signal.SIGKILL)


def _plain(record: logging.LogRecord) -> logging.LogRecord:
    plain = logging.makeLogRecord(vars(record))
    plain.msg, plain.args = record.getMessage(), None
    if record.exc_info:
        plain.exc_text = record.exc_text or logging.Formatter().formatException(record.exc_info)
        plain.exc_info = None
    try:
        pickle.dumps(plain)
    except Exception as error:  # noqa: BLE001  # the user's extra fields
        bare = logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, plain.msg, None, None)
        bare.msg += f" (its extra fields could not travel: {describe(error)})"
        return bare
    return plain
