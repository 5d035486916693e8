"""The drawing as a file: small, well-formed, alone in its names, and readable without seeing it."""

import re
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from soniq.lab.draw import timeline
from soniq.lab.draw.style import ON_DARK_PAGE, ON_LIGHT_PAGE
from soniq.lab.record import Story

SVG: Final = "{http://www.w3.org/2000/svg}"
LIMIT_BYTES: Final = 20_000


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_each_drawing_is_well_formed_and_small(story: Story) -> None:
    shown = timeline(story)

    for svg in (shown.svg, shown.svg_narrow):
        assert parse(svg).tag == f"{SVG}svg"
        assert len(svg.encode()) < LIMIT_BYTES


def test_both_layouts_together_are_small_for_the_stories_of_the_lessons(story: Story) -> None:
    if len(story.events) <= 12:
        assert len(timeline(story).html.encode()) < LIMIT_BYTES


@given(words=some.text(max_size=400), name=some.sampled_from(["svg", "svg_narrow"]))
@settings(max_examples=40, deadline=None)
def test_no_words_make_a_drawing_of_24_events_large_or_broken(teller: Any, words: str, name: str) -> None:
    story = teller(words)
    for number in range(12):
        story.tell("write", "request", words, tx=str(number % 3), after_s=2)
        story.tell("refuse", "worker", words, actor=str(number % 2))

    svg = getattr(timeline(story.end()), name)

    parse(svg)
    assert len(svg.encode()) < LIMIT_BYTES


def test_even_ampersands_stay_under_the_limit(teller: Any) -> None:
    story = teller("&" * 400)
    for number in range(16):
        story.tell("enqueue", "request", "&" * 400, tx=str(number % 3))

    assert len(timeline(story.end()).svg.encode()) < LIMIT_BYTES


def test_nothing_is_loaded_and_nothing_runs(story: Story) -> None:
    html = timeline(story).html

    assert "<script" not in html
    assert "@import" not in html
    assert "@font-face" not in html
    assert re.findall(r"(?:href|src)=", html) == []
    assert [url for url in re.findall(r"url\(([^)]*)\)", html) if not url.startswith("#")] == []


def test_every_name_begins_with_the_drawings_own(story: Story) -> None:
    html = timeline(story, name="mine").html

    names = re.findall(r' id="([^"]*)"', html) + re.findall(r' class="([^"]*)"', html)
    assert [name for words in names for name in words.split() if not name.startswith("mine")] == []


def test_no_rule_reaches_beyond_the_drawing(story: Story) -> None:
    html = timeline(story, name="mine").html

    sheet = "".join(re.findall(r"<style>(.*?)</style>", html))
    selectors = [one for rule in re.findall(r"([^{}]*)\{[^{}]*\}", sheet) for one in rule.split(",")]
    assert len(selectors) > 20
    assert [one for one in selectors if ".mine" not in one] == []


def test_what_is_referred_to_is_there_once(story: Story) -> None:
    html = timeline(story).html

    ids = re.findall(r' id="([^"]*)"', html)
    wanted = re.findall(r"url\(#([^)]*)\)", html)
    wanted += [one for refs in re.findall(r'aria-labelledby="([^"]*)"', html) for one in refs.split()]
    assert len(ids) == len(set(ids))
    assert set(wanted) <= set(ids)


def test_two_drawings_of_one_story_share_no_id(story: Story) -> None:
    ids = [set(re.findall(r' id="([^"]*)"', timeline(story).html)) for _ in range(2)]

    assert ids[0] & ids[1] == set()


def test_a_name_makes_the_same_drawing_twice(story: Story) -> None:
    assert timeline(story, name="readme").html == timeline(story, name="readme").html


def test_who_does_not_see_it_is_told_the_story(story: Story) -> None:
    shown = timeline(story)
    root = parse(shown.svg)

    assert root.get("role") == "img"
    assert (root.findtext(f"{SVG}title") or "")[:40] == story.title[:40]
    assert (root.findtext(f"{SVG}desc") or "")[:400] == shown.text[:400]


def test_a_page_that_says_light_or_dark_outranks_the_system(story: Story) -> None:
    html = timeline(story, name="mine").html
    by_system = html.index("prefers-color-scheme:dark")

    for page in (*ON_LIGHT_PAGE, *ON_DARK_PAGE):
        assert html.index(f"{page} .mine") > by_system


def test_the_drawing_survives_markdown(story: Story) -> None:
    assert "\n" not in timeline(story).html


def test_markup_in_words_stays_words(teller: Any) -> None:
    story = teller("<b>&amp;</b>").tell("note", "request", "</text><script>alert(1)</script>").end()

    root = parse(timeline(story).svg)

    assert [element.tag for element in root.iter() if "script" in element.tag] == []
    assert root.findtext(f"{SVG}title") == "<b>&amp;</b>"


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_a_notebook_gets_the_drawing_and_the_words(story: Story, kind: str) -> None:
    shown = timeline(story, name="mine")

    assert shown._repr_mimebundle_()[kind] == {"text/html": shown.html, "text/plain": shown.text}[kind]
    assert list(shown._repr_mimebundle_(include=[kind])) == [kind]
    assert kind not in shown._repr_mimebundle_(exclude=[kind])
