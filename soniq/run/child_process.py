"""One child process, as its worker sees it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from typing import Final

from soniq.errors import ProcessDied
from soniq.run.messages import Answer, Aside, Order, Raised, Returned

# The path is the worker's own, as a program may have changed it.
PROGRAM: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from soniq.run.child import serve; "
    "serve(*[int(sys.argv.pop(1)) for _ in range(3)])"
)
# A process that the handler forked holds the pipe open, so its end says nothing then.
LOOK_SECONDS: Final = 0.5
LAST_BREATH_SECONDS: Final = 1.0


class ChildProcess:
    """A fresh interpreter in a process group of its own, so that Ctrl-C at a terminal is the worker's affair."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        lifeline, self._lifeline = os.pipe()
        facts = [str(one) for one in (theirs.fileno(), lifeline, os.getpid())]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *facts, json.dumps(sys.path)],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), lifeline),
                process_group=0,
            )
        finally:
            theirs.close()
            os.close(lifeline)

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def ask(self, order: Order, hear: Callable[[Aside], None]) -> Answer:
        """Have a handler called, and wait for what becomes of it.

        Args:
            order: Which one, and with what.
            hear: Told what the child logs and reports meanwhile.

        Raises:
            ProcessDied: It ended before it had answered.
        """
        try:
            self._connection.send(order)
            while True:
                message = self._next()
                if isinstance(message, Returned | Raised):
                    return message
                hear(message)
        except (EOFError, OSError) as error:
            raise ProcessDied(self._last_words()) from error

    def terminate(self) -> None:
        """Ask it to end: the handler's `finally` blocks run."""
        if self.alive:
            self._process.terminate()

    def kill(self) -> None:
        """End it, and what it has started."""
        with suppress(ProcessLookupError, PermissionError):  # what macOS says of a group of zombies
            os.killpg(self._process.pid, signal.SIGKILL)

    def bury(self) -> None:
        """End it where it has not ended, and let go of what belongs to it."""
        self.kill()
        self._process.wait()
        self._let_go()

    def dismiss(self) -> None:
        """Let it end by itself, as it has nothing to do, with a second for what it does at its exit."""
        self._connection.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_BREATH_SECONDS)
        self.bury()

    def _let_go(self) -> None:
        self._connection.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def _next(self) -> Answer | Aside:
        while not self._connection.poll(LOOK_SECONDS):
            if not self.alive and not self._connection.poll(0):
                raise EOFError
        message: Answer | Aside = self._connection.recv()
        return message

    def _last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(LAST_BREATH_SECONDS)
        match self._process.returncode:
            case None:
                return "the handler's process closed its connection to the worker"
            case status if status >= 0:
                return f"the handler's process ended with exit status {status} before the handler did"
            case minus:
                name = signal.Signals(-minus).name
                memory = ", perhaps for want of memory" if name == "SIGKILL" else ""
                return f"the handler's process was ended by {name}{memory}"
