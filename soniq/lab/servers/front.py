"""The embedded servers by name: hold one for this process, or use one for a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soniq.lab.servers.folder import Folder
from soniq.lab.servers.hold import hold, use
from soniq.lab.servers.places import lab_dir
from soniq.lab.servers.postgres import Postgres, embedded_bin_dir
from soniq.lab.servers.server import Server
from soniq.lab.servers.valkey import Valkey, embedded_valkey


def hold_postgres(under: Path | None = None, *, bin_dir: Path | None = None, durable: bool = False) -> str:
    """Return the URL of an embedded Postgres that lives at least as long as this process.

    Every process that asks for the same folder, version and durability shares one server.

    Args:
        under: The folder that holds the server's folder; SONIQ_LAB_DIR or the user's cache if not given.
        bin_dir: Programs of another Postgres; SONIQ_LAB_POSTGRES_BIN or the wheel's if not given.
        durable: Commits survive a crash of the server, at the price of speed.

    Raises:
        LabUnavailable: There are no programs, or the server does not start.
    """
    server = Postgres(bin_dir or embedded_bin_dir(), durable)
    return hold(server, _folder(server, under))


@contextmanager
def use_postgres(under: Path | None = None, *, bin_dir: Path | None = None, durable: bool = False) -> Iterator[str]:
    """Give the URL of an embedded Postgres that lives at least as long as the block; see `hold_postgres`."""
    server = Postgres(bin_dir or embedded_bin_dir(), durable)
    with use(server, _folder(server, under)) as url:
        yield url


def hold_valkey(under: Path | None = None) -> str:
    """Return the URL (`redis://…`) of an embedded Valkey that lives at least as long as this process.

    Raises:
        LabUnavailable: There is no program for this machine, or the server does not start.
    """
    server = Valkey(embedded_valkey())
    return hold(server, _folder(server, under))


@contextmanager
def use_valkey(under: Path | None = None) -> Iterator[str]:
    """Give the URL of an embedded Valkey that lives at least as long as the block; see `hold_valkey`."""
    server = Valkey(embedded_valkey())
    with use(server, _folder(server, under)) as url:
        yield url


def _folder(server: Server, under: Path | None) -> Folder:
    return Folder((under or lab_dir()).absolute() / server.name)
