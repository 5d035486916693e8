"""The recorder: several processes, one order, and nothing lost when one of them is killed."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from soniq.errors import OptionInvalid
from soniq.lab.record import Facts, Recorder, judge

WRITES_AND_DIES = """
import os, signal
from soniq.lab.record import Recorder

recorder = Recorder.inherited()
recorder.record("begin", "request", tx="t1")
recorder.record("kill", "request")
os.kill(os.getpid(), signal.SIGKILL)
"""

WRITES_UNTIL_KILLED = """
from soniq.lab.record import Recorder

recorder = Recorder.inherited()
print("ready", flush=True)
while True:
    recorder.record("note", "worker", "x" * 5000)
"""

COUNTS = """
import sys
from soniq.lab.record import Recorder

recorder = Recorder.inherited()
for number in range(100):
    recorder.record("note", "worker", str(number), actor=sys.argv[1])
"""


def child(recorder: Recorder, code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **recorder.environment()},
        stdout=subprocess.PIPE,
    )


def test_a_story_is_read_back_as_it_was_told(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run.jsonl", title="Failure 1: the broker is away")
    recorder.record("begin", "request", tx="t1", actor="web")
    recorder.record("write", "request", "insert order 1043", tx="t1", actor="web", subject="order 1043")
    recorder.record("read", "worker", subject="order 1043", store="postgres", found=False)

    story = recorder.conclude(judge(Facts(1043, True, 0, 0)))

    assert story.title == "Failure 1: the broker is away"
    assert [event.kind for event in story.events] == ["begin", "write", "read"]
    assert [event.actor for event in story.events] == ["web", "web", str(os.getpid())]
    assert story.events[1].subject == "order 1043"
    assert story.events[2].found is False
    assert story.verdict == judge(Facts(1043, True, 0, 0))


def test_what_a_killed_process_recorded_stays(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run.jsonl", title="no code runs")

    with child(recorder, WRITES_AND_DIES) as process:
        assert process.wait(30) == -signal.SIGKILL

    assert [event.kind for event in recorder.story().events] == ["begin", "kill"]
    assert {event.actor for event in recorder.story().events} == {str(process.pid)}


def test_a_kill_in_the_middle_of_recording_spoils_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run.jsonl", title="killed while writing")
    for _ in range(5):
        with child(recorder, WRITES_UNTIL_KILLED) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.kill()
        recorder.record("kill", "worker", actor=str(process.pid))

    assert [event.kind for event in recorder.story().events].count("kill") == 5


def test_events_are_in_one_order_over_all_processes(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run.jsonl", title="three at once")
    processes = [child(recorder, COUNTS, name) for name in ("a", "b", "c")]
    for process in processes:
        with process:
            assert process.wait(30) == 0

    events = recorder.story().events

    assert [event.seq for event in events] == list(range(300))
    assert [event.at_ns for event in events] == sorted(event.at_ns for event in events)
    for name in ("a", "b", "c"):
        assert [event.label for event in events if event.actor == name] == [str(n) for n in range(100)]


def test_threads_of_one_process_do_not_mix_their_lines(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run.jsonl", title="threads")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: recorder.record("note", "worker", str(n)), range(200)))

    assert sorted(int(event.label) for event in recorder.story().events) == list(range(200))


def test_a_line_that_its_writer_did_not_live_to_finish_is_left_out(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "run.jsonl", title="torn")
    recorder.record("note", "request", "whole")
    with recorder.path.open("a", encoding="utf-8") as file:
        file.write('\n{"kind": "note", "la')

    recorder.record("note", "request", "after it")

    assert [event.label for event in recorder.story().events] == ["whole", "after it"]


def test_code_that_nobody_watches_may_record_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SONIQ_LAB_RECORD", raising=False)

    Recorder.inherited().record("note", "request", "goes nowhere")


@pytest.mark.parametrize("wrong", [{"kind": "insert"}, {"lane": "broker"}])
def test_an_event_of_no_known_kind_or_lane_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    event: dict[str, str] = {"kind": "note", "lane": "request", **wrong}

    with pytest.raises(OptionInvalid, match="no such"):
        Recorder(tmp_path / "run.jsonl").record(**event)  # type: ignore[arg-type]
