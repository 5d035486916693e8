"""The keeper: a process that starts a server, is its parent, and stops it when nobody uses it any more.

`python -m soniq.lab.servers.keeper FOLDER KIND …`, started by `hold`. Who uses the server is told by locks
that the kernel drops with the process, so that no crash, SIGKILL or forgotten `close` leaves it behind.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from soniq.errors import LabUnavailable
from soniq.lab.servers.account import server_account
from soniq.lab.servers.folder import Folder
from soniq.lab.servers.kinds import server_from
from soniq.lab.servers.launch import START_LIMIT_S, retire_orphan, start, write_pid
from soniq.lab.servers.locks import PAUSE_S, open_lock, try_lock, wait_forever
from soniq.lab.servers.server import Server, stop


def keep(folder: Folder, server: Server, tell: Callable[[], None]) -> None:
    """Serve until the last lease is dropped or SIGTERM comes; call `tell` once connections are taken."""
    mine = open_lock(folder.file("keeper"))
    if not _take_over(mine, folder):
        return tell()  # another keeper, started in the same moment, serves already
    write_pid(mine)
    account = server_account()
    account.require_pass(folder.path)
    retire_orphan(folder, server)
    server.prepare(folder, account)
    process, port = start(folder, server, account)
    try:
        with _serving(folder, server, port):
            tell()
            threading.Thread(target=_leave_with_the_last, args=(folder,), daemon=True).start()
            process.wait()  # in the main thread, so that a killed server is reaped at once
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        stop(process.send_signal, lambda: process.poll() is not None, server.stop_signals)


@contextlib.contextmanager
def _serving(folder: Folder, server: Server, port: int) -> Iterator[None]:
    """Vouch for the address during the block, and not an instant longer than the server takes connections."""
    folder.write("url", server.url(folder, port))
    folder.write("version", server.version())
    ready = open_lock(folder.file("ready"))
    wait_forever(ready)
    try:
        yield
    finally:
        os.close(ready)
        folder.file("url").unlink(missing_ok=True)


def _take_over(mine: int, folder: Folder) -> bool:
    """Become the folder's keeper; False where another one is, and serves."""
    deadline = time.monotonic() + START_LIMIT_S
    while not try_lock(mine):
        if folder.is_served():
            return False
        if time.monotonic() > deadline:
            raise LabUnavailable(f"another keeper holds {folder.path} and does not serve")
        time.sleep(PAUSE_S)
    return True


def _leave_with_the_last(folder: Folder) -> None:
    """Wait until no process holds a lease; who comes now waits until this process has ended."""
    wait_forever(open_lock(folder.file("lease")))
    os.kill(os.getpid(), signal.SIGTERM)


def _detach() -> Callable[[], None]:
    """Go on as a child of init, so that no starter has to reap us; the parent waits for word and ends.

    Returns:
        What sends the word. If we end without it, the parent's exit status is 1.
    """
    listening, speaking = os.pipe()
    if os.fork():
        os.close(speaking)
        os._exit(0 if os.read(listening, 1) else 1)
    os.close(listening)

    def tell() -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(speaking, b"1")
        os.close(speaking)

    return tell


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)


def main(words: list[str]) -> None:
    """Run the keeper that the words describe."""
    folder, server = Folder(Path(words[0])), server_from(words[1:])
    tell = _detach()
    signal.signal(signal.SIGTERM, _leave)
    try:
        keep(folder, server, tell)
    except LabUnavailable as error:
        raise SystemExit(error.message) from error  # into the log, which the starter shows


if __name__ == "__main__":
    main(sys.argv[1:])
