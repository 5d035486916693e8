"""Record the events of one run from several processes, some of which will be killed.

The record is a file of JSON lines. Each event is one write to a file opened for appending, under a lock
that the kernel drops when its holder dies: what was recorded survives the process that recorded it, and
the order of the lines is the order of the events over all processes.
"""

import fcntl
import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self, Unpack

from soniq.errors import OptionInvalid
from soniq.lab.record.events import KINDS, LANES, Details, Event, Kind, Lane, Story
from soniq.lab.record.verdict import Verdict

ENVIRONMENT_NAME: Final = "SONIQ_LAB_RECORD"
ACTOR_NAME: Final = "SONIQ_LAB_ACTOR"


class Recorder:
    """Keep what happens in one run, in a file that outlives its writers.

    Args:
        path: The file; it is made if missing and appended to if not, so that a child process continues
            what its parent began. A new run takes a new path.
        title: What is tried in this run; only its first process gives one.
        lanes: Lanes to draw whether or not anything happens in them, and what each is called.
    """

    def __init__(self, path: str | os.PathLike[str], title: str = "", lanes: Mapping[Lane, str] | None = None) -> None:
        self.path = Path(path)
        if title:
            self._append({"title": title, "lanes": dict(lanes or {})})

    @classmethod
    def inherited(cls) -> Self:
        """Continue the record that the parent process named in the environment.

        Where it named none, what is recorded goes nowhere: the code under observation need not care.
        """
        return cls(os.environ.get(ENVIRONMENT_NAME, os.devnull))

    def environment(self, actor: str = "") -> dict[str, str]:
        """The variables that let a child process continue this record by `Recorder.inherited()`.

        Args:
            actor: Under which name it does; its process id if not given.
        """
        return {ENVIRONMENT_NAME: str(self.path.absolute()), ACTOR_NAME: actor}

    def record(self, kind: Kind, lane: Lane, label: str = "", **details: Unpack[Details]) -> None:
        """Append one event; it is on record when this returns, whatever becomes of this process.

        Raises:
            OptionInvalid: There is no such kind or lane.
        """
        if kind not in KINDS:
            raise OptionInvalid(f"no such kind of event: {kind!r}", kind=kind, known=KINDS)
        if lane not in LANES:
            raise OptionInvalid(f"no such lane: {lane!r}", lane=lane, known=LANES)
        actor = os.environ.get(ACTOR_NAME) or str(os.getpid())
        self._append({"kind": kind, "lane": lane, "label": label, "actor": actor, **details})

    def conclude(self, verdict: Verdict) -> Story:
        """Write down how the run ended, and return the whole story; a later verdict replaces it."""
        self._append({"verdict": verdict.name, "sentence": verdict.sentence})
        return self.story()

    def story(self) -> Story:
        """Read what is on record so far."""
        return read_story(self.path.read_text(encoding="utf-8"))

    def _append(self, entry: Mapping[str, object]) -> None:
        # A description of its own for every event: the lock then holds between threads and forks too.
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Both clocks are read under the lock, so that time and order cannot disagree.
            clocks = {"at_ns": time.monotonic_ns(), "wall": datetime.now(UTC).isoformat()}
            # The line break comes first: it parts this line from one whose writer was killed in the middle.
            os.write(file, b"\n" + json.dumps({**entry, **clocks}).encode())
        finally:
            os.close(file)


def read_story(text: str) -> Story:
    """Read a record back; a line that its writer did not live to finish is left out."""
    title, verdict, lanes = "", None, {}
    events: list[Event] = []
    for line in text.splitlines():
        entry = _entry(line)
        if "kind" in entry:
            events.append(_event(len(events), entry))
        elif "verdict" in entry:
            verdict = Verdict(entry["verdict"], entry["sentence"])
        elif "title" in entry:
            title, lanes = entry["title"], entry["lanes"]
    return Story(title, tuple(events), verdict, lanes)


def _entry(line: str) -> dict[str, Any]:
    try:
        entry: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return entry


def _event(seq: int, entry: dict[str, Any]) -> Event:
    return Event(**{**entry, "seq": seq, "wall": datetime.fromisoformat(entry["wall"])})
