"""No word over another, over an arrow or outside of the drawing, in both layouts, whatever is told."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from soniq.lab.draw.narrow import narrow
from soniq.lab.draw.plot import Plot, plot
from soniq.lab.draw.scene import Box, Label, Scene
from soniq.lab.draw.wide import wide
from soniq.lab.record import KINDS, LANES, SIGNS, Event, Story, Verdict

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
LAYOUTS: Final = pytest.mark.parametrize("layout", [wide, narrow])

Layout = Callable[[Plot], Scene]

WORDS: Final = some.text(max_size=70)
EVENTS: Final = some.fixed_dictionaries(
    {
        "kind": some.sampled_from(KINDS),
        "lane": some.sampled_from(LANES),
        "label": WORDS,
        "actor": some.sampled_from(["1", "2", "3"]),
        "tx": some.sampled_from(["", "", "a", "b", "c"]),
        "subject": some.sampled_from(["", "order 1043", "order 1044"]),
        "store": some.sampled_from([None, None, "postgres", "queue"]),
        "found": some.sampled_from([None, True, False]),
        "after_s": some.sampled_from([0, 0, 0, 2, 7200]),
    }
)
VERDICTS: Final = some.builds(Verdict, some.sampled_from(list(SIGNS)), WORDS)


def told(title: str, events: list[dict[str, Any]], verdict: Verdict | None) -> Story:
    now_s, happened = 0, []
    for seq, event in enumerate(events):
        now_s += event["after_s"]
        details = {name: value for name, value in event.items() if name != "after_s"}
        happened.append(Event(seq=seq, at_ns=now_s * 1_000_000_000, wall=NOON, **details))
    return Story(title, tuple(happened), verdict)


STORIES: Final = some.builds(told, WORDS, some.lists(EVENTS, max_size=24), some.none() | VERDICTS)


def named(labels: Iterable[Label]) -> list[tuple[str, Box]]:
    return [(" / ".join(label.lines), label.box) for label in labels]


def collisions(scene: Scene) -> list[tuple[str, object]]:
    """Find what a word lies upon: another word, an arrow, a transaction, the pole of another word."""
    words = named(scene.labels)
    poles = [s for s in scene.shapes.strokes if s.look == "pole"]
    solid: list[tuple[object, Box]] = [(arrow, arrow.box) for arrow in scene.shapes.arrows]
    solid += [(band, band.box) for band in scene.shapes.bands if band.look != "rows"]
    solid += [(p, Box(min(p.x1, p.x2), min(p.y1, p.y2), abs(p.x1 - p.x2) or 1, abs(p.y1 - p.y2))) for p in poles]
    solid += [(mark, Box(mark.x - 8, mark.y - 7, 16, 14)) for mark in scene.shapes.marks]
    met: list[tuple[str, object]] = [(a[0], b[0]) for a, b in combinations(words, 2) if a[1].overlaps(b[1])]
    return met + [(word, thing) for word, box in words for thing, other in solid if box.overlaps(other)]


def outside(scene: Scene) -> list[str]:
    canvas = Box(0, 0, scene.width, scene.height)
    return [
        word
        for word, box in named(scene.labels)
        if min(box.x, box.y) < 0 or box.x + box.width > canvas.width + 0.01 or box.y + box.height > canvas.height + 0.01
    ]


@LAYOUTS
def test_no_word_meets_another_or_an_arrow(story: Story, layout: Layout) -> None:
    scene = layout(plot(story))

    assert collisions(scene) == []
    assert outside(scene) == []


@LAYOUTS
@given(story=STORIES)
@settings(max_examples=60, deadline=None)
def test_no_word_meets_another_in_stories_that_nobody_thought_of(layout: Layout, story: Story) -> None:
    scene = layout(plot(story))

    assert collisions(scene) == []
    assert outside(scene) == []


def test_time_runs_in_the_recorded_order(story: Story) -> None:
    starts = [label.x for label in wide(plot(story)).labels if label.lines[0].startswith(("BEGIN", "COMMIT"))]

    assert starts == sorted(starts)


def test_the_stories_of_the_lessons_fit_a_page_and_a_phone(story: Story) -> None:
    if len(story.title) < 100:
        assert wide(plot(story)).width == 700
    assert narrow(plot(story)).width == 350


@LAYOUTS
def test_no_verdict_is_shown_before_there_is_one(layout: Layout, teller: Any) -> None:
    story = teller("vote first").tell("note", "request", "something happened").end()

    assert layout(plot(story)).panel is None


def test_what_was_shortened_is_kept_in_full(teller: Any) -> None:
    words = "publishers.warehouse.send_confirmation_with_invoice_and_gift_wrap(order_id=1043)"
    scene = wide(plot(teller("long").tell("note", "request", words).end()))

    [label] = [label for label in scene.labels if label.lines[-1].endswith("…")]
    assert label.full == words
