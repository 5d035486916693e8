"""Start a server as our own child, after what is left of the last one has been stopped."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from soniq.errors import LabUnavailable
from soniq.lab.servers.account import Account
from soniq.lab.servers.folder import Folder
from soniq.lab.servers.locks import PAUSE_S, open_lock, try_lock, wait_forever, wait_lock
from soniq.lab.servers.server import Server, stop

START_LIMIT_S: Final = 45.0
PR_SET_PDEATHSIG: Final = 1
# Whoever asks whether a lock is held (`is_locked`) holds it for an instant: that is no server.
GRACE_S: Final = 0.1


def retire_orphan(folder: Folder, server: Server) -> None:
    """Stop a server whose keeper was killed, known by the lock that its processes still hold."""
    lock = open_lock(folder.file("server"))
    pid = folder.read("server")

    def send(each: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), each)

    is_free = wait_lock(lock, time.monotonic() + GRACE_S)
    if not is_free and not stop(send, lambda: try_lock(lock), server.stop_signals):
        raise LabUnavailable(f"process {pid}, a server of {folder.path}, does not stop")
    os.close(lock)


def start(folder: Folder, server: Server, account: Account) -> tuple["subprocess.Popen[bytes]", int]:
    """Start on the last port, so that open clients find the server again; else on a free one."""
    for wanted in (int(folder.read("port") or 0), 0):
        port = _free_port(wanted)  # somebody may take it before the server does: hence the second turn
        process = _spawn(server.command(folder, account, port), folder, account, server)
        if _becomes_ready(process, lambda pid, port=port: server.is_ready(folder, pid, port)):  # type: ignore[misc]
            folder.write("port", str(port))
            return process, port
    raise LabUnavailable("the server did not start, see above")


def _spawn(command: list[str | Path], folder: Folder, account: Account, server: Server) -> "subprocess.Popen[bytes]":
    lock = open_lock(folder.file("server"))
    wait_forever(lock)
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    farewell = server.stop_signals[0]

    def before() -> None:
        write_pid(lock)
        if libc is not None:  # Linux tells a child of its parent's death; elsewhere the next keeper stops it
            libc.prctl(PR_SET_PDEATHSIG, int(farewell))

    try:
        return account.spawn(command, before, keep=[lock])
    finally:
        os.close(lock)


def _becomes_ready(process: "subprocess.Popen[bytes]", is_ready: Callable[[int], bool]) -> bool:
    deadline = time.monotonic() + START_LIMIT_S
    while process.poll() is None:
        if is_ready(process.pid):
            return True
        if time.monotonic() > deadline:
            stop(process.send_signal, lambda: process.poll() is not None, [signal.SIGKILL])
        time.sleep(PAUSE_S)
    return False


def _free_port(wanted: int) -> int:
    """Return `wanted` if it is free, else a port that is."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise LabUnavailable("no port of 127.0.0.1 is free")


def write_pid(descriptor: int) -> None:
    """Say in the text of a lock who holds it."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
