"""Start a process of the crew, wait for its end, or kill it."""

import asyncio
import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import soniq
from soniq.errors import LabUnavailable


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended.

    Attributes:
        value: What its function returned.
        error: The name of the exception that it raised, empty if none.
        message: What that exception said.
        notes: What was added to it on its way (PEP 678).
        killed: It ended without a word, as SIGKILL makes it.
    """

    value: Any = None
    error: str = ""
    message: str = ""
    notes: Sequence[str] = ()
    killed: bool = False


class Member:
    """One process at work.

    Attributes:
        pid: Its process id.
    """

    def __init__(self, pid: int, answer: "asyncio.Task[bytes]") -> None:
        self.pid = pid
        self._answer = answer

    async def ended(self) -> Ending:
        """Wait for its end: the kernel closes the pipe then, whatever the end was."""
        said = await asyncio.shield(self._answer)
        return Ending(**json.loads(said)) if said else Ending(killed=True)

    def freeze(self) -> None:
        """Send SIGSTOP: it stands still, and holds what it holds."""
        os.kill(self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """Send SIGCONT: it goes on where it stood."""
        os.kill(self.pid, signal.SIGCONT)

    async def kill(self) -> None:
        """Send SIGKILL, and return when it is dead: no line of its code runs after this."""
        if not self._answer.done():
            os.kill(self.pid, signal.SIGKILL)
        await asyncio.shield(self._answer)


async def start(
    target: str, *arguments: Any, environment: Mapping[str, str] | None = None, files: Sequence[int] = ()
) -> Member:
    """Run `module:function` in a process of its own.

    Args:
        target: Importable, so that the process finds it.
        arguments: Values that JSON can carry.
        environment: Variables beyond those of this process.
        files: Open descriptors that it inherits; their numbers there follow the arguments.

    Raises:
        LabUnavailable: No process could be started; the message ends with what was said.
    """
    asked = {
        "imports": [target.partition(":")[0]],
        "target": target,
        "arguments": arguments,
        "environment": dict(environment or {}),
    }
    reader, writer = os.pipe()
    try:
        pid = await asyncio.to_thread(_ask, asked, [writer, *files])
    finally:
        os.close(writer)
    return Member(pid, asyncio.create_task(_read(reader)))


def prepare(*modules: str) -> None:
    """Import modules ahead of the first process that needs them."""
    _ask({"imports": modules}, [])


class _Nursery:
    """The forking process, seen from its parent."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "soniq.lab.crew.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                start_new_session=True, env=_environment(),
            )  # fmt: skip
        self._line = ours

    def ask(self, asked: Mapping[str, Any], pipes: Sequence[int]) -> int:
        try:
            socket.send_fds(self._line, [json.dumps(asked).encode()], pipes)
            answer = self._line.recv(32)
        except OSError as error:
            raise LabUnavailable(f"no process could be started: {error}") from error
        if not answer:
            raise LabUnavailable(f"no process could be started for {asked.get('target')}; see what it printed")
        return int(answer)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._line.close()
        self._process.wait()


_gate: Final = threading.Lock()
_nurseries: Final[list[_Nursery]] = []


def _ask(asked: Mapping[str, Any], pipes: Sequence[int]) -> int:
    with _gate:
        if not _nurseries or not _nurseries[0].is_alive():
            _end()
            _nurseries.append(_Nursery())
        return _nurseries[0].ask(asked, pipes)


@atexit.register
def _end() -> None:
    while _nurseries:
        _nurseries.pop().close()


async def _read(pipe: int) -> bytes:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
    )
    try:
        return await reader.read()
    finally:
        transport.close()


def _environment() -> dict[str, str]:
    """Let the child find this very `soniq`, wherever it was started."""
    home = str(Path(soniq.__file__).parents[1])
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))}
