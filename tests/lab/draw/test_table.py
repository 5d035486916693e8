"""The timeline in a terminal."""

import sys
from io import StringIO

import pytest
from rich.console import Console

from soniq.lab.draw import timeline
from soniq.lab.record import Story


def printed(story: Story) -> str:
    console = Console(width=80, file=StringIO(), color_system=None)
    console.print(timeline(story).table())
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_terminal_tells_every_event_and_the_verdict(story: Story) -> None:
    screen = "".join(printed(story).split())  # long words are folded, none is cut

    assert "".join(story.title.split()) in screen
    assert screen.count("●") >= 1
    for event in story.events:
        assert len(story.title) > 100 or "".join(event.label.split()) in screen
    if story.verdict:
        assert f"{story.verdict.sign.shape}{story.verdict.word}" in screen


def test_no_line_is_wider_than_the_terminal(story: Story) -> None:
    assert max(len(line) for line in printed(story).splitlines()) <= 80


@pytest.mark.parametrize("story", ["change_of_mind"], indirect=True)
def test_the_lanes_stand_beside_the_words(story: Story) -> None:
    lines = [line.rstrip() for line in printed(story).splitlines()]

    assert lines[1:6] == [
        "  Request  Postgres  Queue    Worker",
        "     ●───────▶╳        │        │      BEGIN",
        "     ●───────▶◉        │        │      insert order 1043",
        "     ●────────────────▶■        │      enqueue send_invoice(1043)",
        "     │        ╳        ○        │      the job stays",
    ]


def test_drawing_needs_no_rich(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)

    assert timeline(story).html
