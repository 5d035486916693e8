"""Which server to use: the one that is named, else an embedded one, or Docker's where asked for."""

import os
import sys
from typing import Literal

from soniq.errors import LabUnavailable
from soniq.lab.servers.docker import docker_postgres, docker_valkey
from soniq.lab.servers.front import hold_postgres, hold_valkey

Source = Literal["embedded", "docker"]


def find_postgres(url: str | None = None, *, via: Source | None = None, durable: bool = False) -> str:
    """Return the URL of a Postgres for this process.

    Args:
        url: Wins where given, and SONIQ_DATABASE_URL after it.
        via: Where a server comes from when none is named; SONIQ_LAB_POSTGRES if not given, else "embedded".
        durable: An embedded one is to wait for the disk at each commit, as yours in production does.

    Raises:
        LabUnavailable: No way leads to a server; the message says what was tried.
    """
    if named := url or os.environ.get("SONIQ_DATABASE_URL"):
        return named
    return docker_postgres() if _source(via, "SONIQ_LAB_POSTGRES") == "docker" else hold_postgres(durable=durable)


def find_valkey(url: str | None = None, *, via: Source | None = None) -> str:
    """Return the URL of a Valkey or Redis for this process.

    Args:
        url: Wins where given, and SONIQ_LAB_VALKEY_URL after it.
        via: Where a server comes from when none is named; SONIQ_LAB_VALKEY if not given, else "embedded".

    Raises:
        LabUnavailable: No way leads to a server; the message says what was tried.
    """
    if named := url or os.environ.get("SONIQ_LAB_VALKEY_URL"):
        return named
    return docker_valkey() if _source(via, "SONIQ_LAB_VALKEY") == "docker" else hold_valkey()


def _source(via: str | None, variable: str) -> str:
    source = via or os.environ.get(variable) or "embedded"
    if source not in ("embedded", "docker"):
        raise LabUnavailable(f"{variable} is {source!r}; it may be `embedded` or `docker`")
    if source == "embedded" and sys.platform == "win32":
        raise LabUnavailable("the embedded servers need Linux or macOS; on Windows work inside WSL2, or name servers")
    return source
