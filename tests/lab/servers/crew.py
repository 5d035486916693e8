"""Processes that use a server, to be asked, interrupted and killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis

from soniq.lab.servers import ServerReport, describe

HOLDER = """
import os, signal, sys
from pathlib import Path
from soniq.lab import servers

signal.signal(signal.SIGINT, lambda *_: None)  # as a Jupyter kernel survives Interrupt
hold = {"postgres": servers.hold_postgres, "valkey": servers.hold_valkey}[sys.argv[1]]
for line in sys.stdin:
    print(os.fork() or "" if line == "fork\\n" else hold(Path(sys.argv[2])), flush=True)
"""
FOLDERS = {"postgres": "postgres-18", "valkey": "valkey-9"}


def wait_until(is_so: Callable[[], bool], what: str, limit_s: float = 15.0) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline, f"not within {limit_s} s: {what}"
        time.sleep(0.01)


def greet(url: str, **changes: Any) -> str:
    """Say hello to a server and return its answer."""
    if urlsplit(url).scheme == "redis":
        with redis.Redis.from_url(url) as client:
            return str(client.ping())
    with psycopg.connect(url, **changes) as connection:
        [answer] = connection.execute("select 'hello'").fetchone() or [""]
        return str(answer)


def with_password(url: str, password: str) -> str:
    """Return the URL with another password."""
    return url.replace(f":{urlsplit(url).password}@", f":{password}@")


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a server whenever it is asked to."""

    process: "subprocess.Popen[str]"

    def ask(self) -> None:
        """Let it hold the server, without waiting for the answer."""
        self.say("hold")

    def say(self, word: str) -> None:
        """Send a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """Return its next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def hold(self) -> str:
        """Let it hold the server and return the URL."""
        self.ask()
        url = self.answer()
        assert url, "the holder did not get the server"
        return url

    def kill(self) -> None:
        """SIGKILL, which nobody can prepare for."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Let it end in good order."""
        self.process.communicate()


@dataclass(frozen=True, slots=True)
class Crew:
    """The processes around one server's folder."""

    kind: str
    place: Path
    python: str = sys.executable
    holders: list[Holder] = field(default_factory=list)

    def recruit(self, env: Mapping[str, str] | None = None, **options: Any) -> Holder:
        """Start a process that holds nothing yet."""
        command = [self.python, "-c", HOLDER, self.kind, str(self.place)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True, env=os.environ | (env or {}), **options,
        )  # fmt: skip
        self.holders.append(Holder(process))
        return self.holders[-1]

    @property
    def folder(self) -> Path:
        """Return the server's folder."""
        return self.place / FOLDERS[self.kind]

    def report(self) -> ServerReport:
        """Return how the server stands."""
        [report] = [each for each in describe(self.place) if each.folder == self.folder]
        return report

    def is_gone(self) -> bool:
        """Say whether no process of the server or its keeper is left, by the kernel's word."""
        return all(each.keeper_pid is each.pid is None for each in describe(self.place))

    def signal_keeper(self, number: signal.Signals) -> None:
        """Send a signal to the keeper."""
        os.kill(self.report().keeper_pid or 0, number)

    def signal_server(self, number: signal.Signals) -> None:
        """Send a signal to the server's first process."""
        os.kill(self.report().pid or 0, number)

    def dismiss(self) -> None:
        """Kill whoever is left and see that the server follows."""
        for holder in self.holders:
            holder.process.kill()
            holder.process.communicate()
        wait_until(self.is_gone, "nothing of the server is left")
