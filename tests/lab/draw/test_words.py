"""What a label says, how it is broken, and how long a wait is called."""

from dataclasses import replace
from typing import Any

import pytest

from soniq.lab.draw import timeline
from soniq.lab.draw.measure import clean, width, wrap
from soniq.lab.draw.plot import plot
from soniq.lab.draw.words import label, pause


@pytest.mark.parametrize(
    ("kind", "details", "words"),
    [
        ("begin", {}, "BEGIN"),
        ("begin", {"label": "BEGIN"}, "BEGIN"),
        ("rollback", {"label": "card declined"}, "ROLLBACK card declined"),
        ("commit", {}, "COMMIT"),
        ("write", {"label": "insert order 1043"}, "insert order 1043"),
        ("write", {"subject": "order 1043"}, "writes order 1043"),
        ("read", {"label": "order 1043?", "found": False}, "order 1043? no row"),
        ("read", {"label": "the orders", "found": True}, "the orders: found"),
        ("read", {"label": "the orders"}, "the orders"),
        ("refuse", {}, "refused"),
        ("kill", {}, "killed"),
        ("freeze", {}, "frozen"),
        ("wake", {"label": "SIGCONT"}, "SIGCONT"),
        ("note", {"label": "one\ntwo\x00three"}, "one two three"),
    ],
)
def test_a_label_says_what_was_recorded_or_what_the_kind_says(teller: Any, kind: Any, details: Any, words: str) -> None:
    [step] = plot(teller("one event").tell(kind, "request", **details).end()).steps

    assert label(step) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.0, "1.0 s later"), (89, "89.0 s later"), (120, "2 min later"), (10800, "3 h later")],
)
def test_a_wait_is_told_in_the_unit_that_people_use(seconds: float, words: str) -> None:
    assert pause(seconds) == words


def test_the_story_in_words_names_the_fate_of_what_was_written(teller: Any) -> None:
    story = teller("Failure 3").tell("begin", "request", tx="t1").tell("write", "request", "insert order 1043", tx="t1")

    text = timeline(story.tell("rollback", "request", tx="t1").end()).text

    assert text.splitlines() == [
        "Failure 3",
        "1. Request to Postgres: BEGIN.",
        "2. Request to Postgres: insert order 1043 (undone when the transaction is rolled back).",
        "3. Request to Postgres: ROLLBACK.",
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("insert order 1043", ("insert order", "1043")),
        ("", ("",)),
        ("one two three four five sixes", ("one two three", "four five…")),
        ("billing.send_invoice", ("billing.send_", "invoice")),
        ("abcdefghijklmnopqrstuvwxyzabcdefgh", ("abcdefghijklm", "nopqrstuvwxy…")),
    ],
)
def test_words_are_broken_where_people_would_break_them(text: str, lines: tuple[str, ...]) -> None:
    assert wrap(text, width("x" * 13, 12), 12) == lines


def test_only_what_xml_can_carry_is_kept() -> None:
    assert clean("a\x00b\ud800c\u202ed\ufffee") == "a b c d e"


def test_a_story_names_its_lanes_and_says_which_are_there(teller: Any) -> None:
    story = replace(
        teller("").tell("write", "request", "order 1043").end(),
        lanes={"request": "Ada", "queue": "Queue", "worker": "Grace"},
    )

    drawn = timeline(story, "named")

    assert drawn.plot.lanes == ("request", "postgres", "queue", "worker")
    assert drawn.text.splitlines()[-1] == "1. Ada to Postgres: order 1043."
    for layout in (drawn.svg, drawn.svg_narrow):
        assert ">Ada<" in layout
        assert ">Grace<" in layout
        assert ">Request<" not in layout
