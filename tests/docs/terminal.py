"""A terminal as the pages show it: `&` leaves a command running, `kill %1` asks the first of those to end."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final

LIMIT_S: Final = 60
# A page's tests need no other plugin, and to load all that are installed takes as long as the tests.
PYTEST: Final = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p asyncio"}
KILL: Final = re.compile(r"kill %(\d+)")


class Terminal:
    """Runs commands in a folder; what still runs at the end of the block is ended with it.

    Args:
        folder: Where the commands run.
        env: What they see in their environment, besides our own.
    """

    def __init__(self, folder: Path, **env: str) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self._folder = folder
        self._env = {**os.environ, **PYTEST, "PATH": path, **env}
        self._jobs: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for job in self._jobs:
            if job.poll() is None:
                os.killpg(job.pid, signal.SIGKILL)
                job.wait()

    def run(self, command: str) -> str:
        """Run one command, which has to succeed, and return what it printed."""
        if command.endswith(" &"):
            return self._start(command.removesuffix(" &"))
        if named := KILL.fullmatch(command):
            return self._end(int(named[1]))
        ran = subprocess.run(
            command, shell=True, cwd=self._folder, env=self._env, capture_output=True, text=True, timeout=LIMIT_S
        )
        assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}{self._said()}"
        return ran.stdout

    def _start(self, command: str) -> str:
        with self._log(len(self._jobs) + 1).open("wb") as log:
            self._jobs.append(
                subprocess.Popen(
                    f"exec {command}", shell=True, cwd=self._folder, env=self._env, stdout=log, stderr=log,
                    stdin=subprocess.DEVNULL, start_new_session=True,
                )
            )  # fmt: skip
        return ""

    def _end(self, number: int) -> str:
        job = self._jobs[number - 1]
        job.terminate()
        status = job.wait(LIMIT_S)
        said = self._log(number).read_text()
        assert status == 0, f"job {number} ended with {status}\n{said}"
        return said

    def _log(self, number: int) -> Path:
        return self._folder / f"job-{number}.log"

    def _said(self) -> str:
        logs = [self._log(number + 1) for number in range(len(self._jobs))]
        return "".join(f"\n--- {log.name}\n{log.read_text()}" for log in logs)
