"""How the lab's servers stand, for `soniq lab status`."""

from dataclasses import dataclass
from pathlib import Path

from soniq.lab.servers.folder import Folder
from soniq.lab.servers.locks import is_locked
from soniq.lab.servers.places import lab_dir


@dataclass(frozen=True, slots=True)
class ServerReport:
    """One server's folder as it stands.

    Attributes:
        name: Kind, major version, and what sets it apart, as in `postgres-18-durable`.
        folder: Where everything of it is; deleting it while nothing runs starts anew.
        running: Whether it takes connections.
        version: What ran last; empty when nothing ever did.
        address: Host and port, without the password; empty when it does not run.
        keeper_pid: The process that stops it with its last user; None when there is none.
        pid: The server's first process; None when there is none.
    """

    name: str
    folder: Path
    running: bool
    version: str
    address: str
    keeper_pid: int | None
    pid: int | None


def describe(under: Path | None = None) -> list[ServerReport]:
    """Report on every server folder under `under`, or where servers are kept when nobody says where."""
    base = under or lab_dir()
    leases = sorted(base.glob("*/lease")) if base.is_dir() else []
    return [_report(Folder(lease.parent)) for lease in leases]


def _report(folder: Folder) -> ServerReport:
    running = folder.is_served()
    return ServerReport(
        name=folder.path.name,
        folder=folder.path,
        running=running,
        version=folder.read("version"),
        address=folder.read("url").rpartition("@")[2].partition("/")[0] if running else "",
        keeper_pid=_holder(folder, "keeper"),
        pid=_holder(folder, "server"),
    )


def _holder(folder: Folder, name: str) -> int | None:
    pid = folder.read(name)
    return int(pid) if pid and is_locked(folder.file(name)) else None
