"""Who runs a server: this user, or `nobody` where this user is root, which Postgres refuses."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soniq.errors import LabUnavailable

if sys.platform != "win32":
    import pwd


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a server runs as; without ids, the one that we are."""

    uid: int | None = None
    gid: int | None = None

    @property
    def is_ours(self) -> bool:
        """Say whether the server runs as this process's own user."""
        return self.uid is None

    def own(self, path: Path) -> None:
        """Give a file or folder of ours to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def may_pass(self, folder: Path) -> bool:
        """Say whether the account may reach what is inside the folder."""
        existing = (each for each in (folder, *folder.parents) if each.exists())
        return self.is_ours or all(each.stat().st_mode & 0o001 for each in existing)

    def require_pass(self, folder: Path) -> None:
        """Refuse a folder that the account cannot reach; its parents are not ours to open.

        Raises:
            LabUnavailable: Naming the folder, and the account that is kept out.
        """
        if not self.may_pass(folder):
            raise LabUnavailable(
                f"as root the server runs as `nobody`, and {folder} lies under a folder closed to it; "
                "set SONIQ_LAB_DIR to a folder that everybody may pass through",
                folder=str(folder),
            )

    def run(self, command: Sequence[str | Path]) -> None:
        """Run a program to its end, as this account.

        Raises:
            LabUnavailable: It failed; what it said went where our own output goes.
        """
        status = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, **self._options()).returncode
        if status != 0:
            raise LabUnavailable(f"{command[0]} ended with status {status}")

    def spawn(
        self, command: Sequence[str | Path], before: Callable[[], None], keep: Sequence[int]
    ) -> "subprocess.Popen[bytes]":
        """Start a program as this account; what it prints goes where ours goes.

        Args:
            command: The program and its arguments.
            before: Called in the new process before the program replaces it.
            keep: Descriptors that the program inherits.
        """
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=before, pass_fds=keep, **self._options())

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"cwd": "/", "env": _environment()}
        if not self.is_ours:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options


def _environment() -> dict[str, str]:
    """Leave out what would steer a server behind our back, and speak English and UTC everywhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def server_account() -> Account:
    """Return the account for servers started by this process.

    Raises:
        LabUnavailable: We are root, and the system has no `nobody`.
    """
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise LabUnavailable("Postgres refuses to run as root, and this system has no user `nobody`") from error
    return Account(entry.pw_uid, entry.pw_gid)
