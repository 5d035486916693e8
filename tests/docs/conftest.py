"""A broker for the pages that need one."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from soniq.lab.servers import use_valkey
from soniq.lab.servers.locks import locked


@pytest.fixture
def redis_url() -> Iterator[str]:
    """Start a Valkey of the page's own, so that no other queue has its keys."""
    folder = Path(tempfile.mkdtemp(prefix="soniq-"))
    folder.chmod(0o711)  # pytest's own folders are closed to the account of root's servers
    with use_valkey(folder) as url:
        yield url
    [keeper] = folder.glob("*/keeper")
    with locked(keeper, time.monotonic() + 30) as ended:
        assert ended
    shutil.rmtree(folder)
