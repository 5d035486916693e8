"""The kinds of server there are, by the words that a keeper is given."""

from pathlib import Path

from soniq.lab.servers.postgres import Postgres
from soniq.lab.servers.server import Server
from soniq.lab.servers.valkey import Valkey


def server_from(words: list[str]) -> Server:
    """Rebuild a server from its `arguments()`."""
    match words:
        case ["postgres", bin_dir, *flags]:
            return Postgres(Path(bin_dir), durable="durable" in flags)
        case ["valkey", program]:
            return Valkey(Path(program))
    raise ValueError(f"no kind of server is described by {words}")
