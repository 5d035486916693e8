"""Where servers keep their folders when nobody says where."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from soniq.lab.servers.account import Account, server_account


def lab_dir() -> Path:
    """Return the folder that holds one folder a server.

    SONIQ_LAB_DIR, else the user's cache. Root's own cache is usually closed to the account that runs
    its servers, and we open no folder that is not ours: then it is one under /var/cache or /tmp.
    """
    if named := os.environ.get("SONIQ_LAB_DIR"):
        return Path(named).expanduser().absolute()
    account = server_account()
    return next((each for each in _candidates() if _is_usable(each, account)), _last_resort())


def _candidates() -> Iterator[Path]:
    if cache := os.environ.get("XDG_CACHE_HOME"):
        yield Path(cache).absolute() / "soniq"
    else:
        home = Path(os.path.expanduser("~"))  # Path.home() raises where there is none
        yield home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "soniq"
    yield Path("/var/cache/soniq")


def _is_usable(folder: Path, account: Account) -> bool:
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        return False
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    return os.access(nearest, os.W_OK | os.X_OK) and account.may_pass(nearest)


def _last_resort() -> Path:
    return Path(tempfile.gettempdir()) / f"soniq-{os.geteuid()}"
