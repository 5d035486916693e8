"""What a keeper needs to know of a server: how to make, start, greet and stop it."""

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from soniq.lab.servers.account import Account
from soniq.lab.servers.folder import Folder
from soniq.lab.servers.locks import PAUSE_S

# How long a server may take to stop before it is told more firmly.
PATIENCE_S: Final = 8.0


class Server(Protocol):
    """One kind of server, with the choices made for it."""

    @property
    def name(self) -> str:
        """Return the name of its folder: the kind, the major version, what sets it apart."""

    @property
    def stop_signals(self) -> Sequence[signal.Signals]:
        """Return what stops it, politest first."""

    def arguments(self) -> list[str]:
        """Return the words by which a keeper rebuilds this value."""

    def version(self) -> str:
        """Return the program's own version."""

    def prepare(self, folder: Folder, account: Account) -> None:
        """Make what the server needs before it can start; quick when it is there."""

    def command(self, folder: Folder, account: Account, port: int) -> list[str | Path]:
        """Return the program and its arguments, to run in the foreground on a port of loopback."""

    def url(self, folder: Folder, port: int) -> str:
        """Return the address that users connect to, password included."""

    def is_ready(self, folder: Folder, pid: int, port: int) -> bool:
        """Say whether the server that is process `pid` takes connections."""


def stop(
    send: Callable[[signal.Signals], None], is_gone: Callable[[], bool], signals: Sequence[signal.Signals]
) -> bool:
    """Stop a server, each signal firmer than the one before; say whether it is gone."""
    for each in signals:
        send(each)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if is_gone():
                return True
            time.sleep(PAUSE_S)
    return is_gone()
