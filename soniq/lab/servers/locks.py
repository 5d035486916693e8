"""Locks of the kernel on files: whoever dies, however it dies, lets go."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl

# A lock that is not free is asked for again after this long. Blocking in flock would have no time-out.
PAUSE_S: Final = 0.01


def open_lock(path: Path) -> int:
    """Open a lock file and return its descriptor, which no program started from here inherits.

    A process *forked* from this one shares the descriptor and so the lock, until both have ended.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def wait_forever(descriptor: int) -> None:
    """Take the lock alone, however long the others keep it."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Take the lock if it is to be had now."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_lock(descriptor: int, deadline: float, *, shared: bool = False) -> bool:
    """Take the lock before `deadline` (of `time.monotonic`), or say that it was not to be had."""
    while not try_lock(descriptor, shared=shared):
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_S)
    return True


def is_locked(path: Path) -> bool:
    """Say whether some process holds the lock alone.

    Asking takes a shared lock for an instant: two that ask at once must not see each other.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, deadline: float) -> Iterator[bool]:
    """Hold the lock for the length of the block; the value says whether it was got in time."""
    descriptor = open_lock(path)
    try:
        yield wait_lock(descriptor, deadline)
    finally:
        os.close(descriptor)
