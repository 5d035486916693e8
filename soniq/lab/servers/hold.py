"""Use a server: hold a lease on it, and see to it that it runs."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import soniq
from soniq.errors import LabUnavailable
from soniq.lab.servers.folder import Folder
from soniq.lab.servers.locks import locked, open_lock, wait_lock
from soniq.lab.servers.server import Server

# Making a new data folder takes under a second here; a slow disk gets a minute.
LIMIT_S: Final = 60.0

_leases: Final[dict[Path, int]] = {}


def hold(server: Server, folder: Folder) -> str:
    """Return the address of a server that lives at least as long as this process.

    However this process ends, the kernel drops its lease. A process forked (not started anew) from it
    shares the lease until both have ended. It blocks: under 1 s at first, under 1 ms once the server runs.

    Raises:
        LabUnavailable: The server does not start; the message ends with what it said.
    """
    deadline = time.monotonic() + LIMIT_S
    if not _has_lease(folder):
        lease = _take_lease(folder, deadline)
        if _leases.setdefault(folder.path, lease) != lease:
            os.close(lease)  # another thread was quicker
    return _see_to_it(server, folder, deadline)


@contextlib.contextmanager
def use(server: Server, folder: Folder) -> Iterator[str]:
    """Give the address of a server that lives at least as long as the block.

    Raises:
        LabUnavailable: The server does not start; the message ends with what it said.
    """
    deadline = time.monotonic() + LIMIT_S
    lease = _take_lease(folder, deadline)
    try:
        yield _see_to_it(server, folder, deadline)
    finally:
        os.close(lease)


def _has_lease(folder: Folder) -> bool:
    """Say whether this process holds the folder's lease; forget one whose folder was deleted."""
    lease = _leases.get(folder.path)
    if lease is None:
        return False
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(lease), folder.file("lease").stat()):
            return True
    os.close(_leases.pop(folder.path))
    return False


def _take_lease(folder: Folder, deadline: float) -> int:
    folder.make()
    lease = open_lock(folder.file("lease"))
    if not wait_lock(lease, deadline, shared=True):  # a keeper that is stopping the server holds it
        os.close(lease)
        raise LabUnavailable(f"the server of {folder.path} is stopping and does not end", folder=str(folder.path))
    return lease


def _see_to_it(server: Server, folder: Folder, deadline: float) -> str:
    if not folder.is_served():
        with locked(folder.file("gate"), deadline) as alone:
            if not alone:
                raise LabUnavailable(f"another process does not get the server of {folder.path} to start")
            if not folder.is_served():
                _start_keeper(server, folder, deadline)
    return folder.read("url")


def _start_keeper(server: Server, folder: Folder, deadline: float) -> None:
    command = [sys.executable, "-P", "-m", "soniq.lab.servers.keeper", str(folder.path), *server.arguments()]
    limit = max(deadline - time.monotonic(), 1.0)
    log = os.open(folder.file("keeper.log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        # A session of its own: Jupyter's Interrupt is a SIGINT to the whole process group of the kernel.
        subprocess.run(
            command, check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, env=_environment(), timeout=limit,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        raise LabUnavailable(
            f"{server.name} did not start:\n{folder.log_tail() or error}\n"
            f"All of it is in {folder.path}; where its data were damaged (a power cut), delete that folder.",
            folder=str(folder.path),
        ) from error
    finally:
        os.close(log)


def _environment() -> dict[str, str]:
    """Let the keeper find this very `soniq`; `-P` keeps out the current folder and a learner's signal.py."""
    home = Path(soniq.__file__).parents[1]
    if home.name in {"site-packages", "dist-packages"}:
        return dict(os.environ)
    inherited = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(home), inherited]))}
