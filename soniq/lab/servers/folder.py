"""One folder a server: what the files in it are called, and what each promises.

| file | meaning |
| --- | --- |
| `lease` | held shared by every process that uses the server; alone by a keeper that is stopping it |
| `gate` | held while one process starts the keeper |
| `keeper` | held by the keeper; its text is the keeper's pid |
| `ready` | held while `url` tells the truth |
| `server` | held by the server's processes; its text is the pid of the first |
| `url`, `password`, `port`, `version` | what to connect to; readable by their owner only |
| `keeper.log` | what the keeper and the server said since the last start |
| `data` | the server's own folder |
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from soniq.errors import LabUnavailable
from soniq.lab.servers.locks import is_locked


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one server, shared by all who use it."""

    path: Path

    def file(self, name: str) -> Path:
        """Return where a file of the folder is."""
        return self.path / name

    @property
    def data(self) -> Path:
        """Return the folder that belongs to the server itself."""
        return self.path / "data"

    def make(self) -> None:
        """Make the folder and the parents that are missing; existing parents stay as they are.

        Raises:
            LabUnavailable: The folder belongs to another user, or cannot be made here.
        """
        # Root lends the server to an unprivileged account, which has to pass through.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        missing = [each for each in (self.path, *self.path.parents) if not each.exists()]
        try:
            for each in reversed(missing):
                each.mkdir(exist_ok=True)
                each.chmod(mode)
        except OSError as error:
            raise LabUnavailable(f"cannot make the folder {self.path}: {error}", folder=str(self.path)) from error
        if self.path.stat().st_uid != os.geteuid():
            raise LabUnavailable(f"the folder {self.path} belongs to another user", folder=str(self.path))

    def is_served(self) -> bool:
        """Say whether the server of this folder takes connections at `url`."""
        return is_locked(self.file("ready"))

    def read(self, name: str) -> str:
        """Return the text of a file; empty when there is none."""
        try:
            return self.file(name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    def write(self, name: str, text: str) -> None:
        """Replace a file, which only its owner may read, in one step."""
        draft = self.file(f"{name}.new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        draft.replace(self.file(name))

    def password(self) -> str:
        """Return the server's password, chosen at random when first asked for."""
        if not self.read("password"):
            self.write("password", secrets.token_hex(16))
        return self.read("password")

    def log_tail(self, size_bytes: int = 2000) -> str:
        """Return the end of what the keeper and the server said."""
        return self.read("keeper.log")[-size_bytes:]
