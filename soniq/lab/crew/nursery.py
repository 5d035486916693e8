"""A small process that has imported everything and forks: starting Python anew takes a second, a fork 10 ms.

It reads one request a line from a socket, with the pipe for the child's answer
and whatever else it is to hold, and says the child's pid.
It has no threads and no event loop, so forking is safe. When its parent is gone, however that ended, the
kernel closes the socket: then it kills the children that live on, and ends.
"""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

LINE_BYTES: Final = 65536
FILES: Final = 4


def main() -> None:
    """Serve until the parent is gone."""
    line = socket.socket(fileno=int(sys.argv[1]))
    children: set[int] = set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Jupyter's Interrupt is not meant for us
    signal.signal(signal.SIGCHLD, lambda *_: _reap(children))
    while True:
        said, files, _, _ = socket.recv_fds(line, LINE_BYTES, FILES)
        if not said:
            break
        line.sendall(f"{_serve(json.loads(said), files, line, children)}\n".encode())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _serve(asked: dict[str, Any], files: Sequence[int], line: socket.socket, children: set[int]) -> int:
    for module in asked["imports"]:
        import_module(module)
    if not files:
        return 0
    gc.freeze()  # children do not copy what they never change
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # one that ends at once must be known first
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(asked, *files)
    children.add(pid)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for file in files:
        os.close(file)
    return pid


def _become(asked: dict[str, Any], pipe: int, *files: int) -> None:
    """Run the target as this process's only purpose, and say how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    # What it has to say goes through the pipe; a learner's page is no place for its log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    os.environ.update(asked["environment"])
    module, _, name = asked["target"].partition(":")
    try:
        value = getattr(import_module(module), name)(*asked["arguments"], *files)
        answer = {"value": value}
    except BaseException as error:  # noqa: BLE001  # whatever the code under study raises is its answer
        notes = getattr(error, "__notes__", [])
        answer = {"error": type(error).__name__, "message": str(error), "notes": notes}
    finally:
        sys.stdout.flush()
    os.write(pipe, json.dumps(answer).encode())
    os._exit(0)


def _reap(children: set[int]) -> None:
    while children:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        children.discard(pid)


if __name__ == "__main__":
    main()
