"""`soniq demo` shows what it promises, and says so by its exit status."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from soniq.lab.crew import Ending
from soniq.lab.demo.acts import ACTS
from soniq.lab.demo.show import Played
from soniq.lab.record import Story, Verdict, VerdictName
from soniq.lab.stage import Run


def demo(*options: str, columns: int = 80) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "soniq.lab.demo", *options],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"COLUMNS": str(columns)},
    )


def test_every_verdict_is_as_promised() -> None:
    ended = demo("--json")

    shown = json.loads(ended.stdout)
    assert [turn["verdict"] for turn in shown] == [turn["promised"] for turn in shown]
    assert {turn["verdict"] for turn in shown} == {"lost", "orphan", "early", "consistent"}
    assert (ended.returncode, ended.stderr) == (0, "")


def test_it_is_plain_and_narrow_where_there_is_no_terminal() -> None:
    ended = demo(columns=60)

    assert ended.returncode == 0
    assert "\x1b" not in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 60
    assert ended.stdout.count("● Consistent") == 6
    assert "What is left of the orders" in ended.stdout


@pytest.mark.parametrize(("name", "struck", "as_promised"), [("lost", True, True), ("orphan", True, False)])
def test_another_verdict_is_not_as_promised(name: VerdictName, struck: bool, as_promised: bool) -> None:
    act = ACTS[0]
    run = Run(1043, Story("", ()), Verdict(name, ""), Ending(), struck)

    assert Played(act, act.failures[0], run).is_as_promised is as_promised
    assert not Played(act, act.failures[0], replace(run, struck=False)).is_as_promised
