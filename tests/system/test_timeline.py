"""The timeline in a browser: real fonts, real themes, the width of a page and of a phone."""

from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from soniq.lab.draw import timeline
from soniq.lab.record import Facts, Recorder, Story, judge

pytestmark = pytest.mark.system

LONG: Final = "publishers.warehouse_notifications.send_confirmation_with_invoice_and_gift_wrap(order_id=1043)"
GROUND: Final = "document.querySelector('.mine-page') && getComputedStyle(document.querySelector('.mine-page')).fill"
BOXES: Final = """which => [...document.querySelectorAll(`.mine-${which} text`)].map(text => {
  const box = text.getBBox(), canvas = text.ownerSVGElement.viewBox.baseVal
  return {words: text.textContent, x: box.x, y: box.y, right: box.x + box.width, bottom: box.y + box.height,
          inside: box.x >= 0 && box.y >= 0 && box.x + box.width <= canvas.width
                  && box.y + box.height <= canvas.height}
})"""
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(21, 25, 30)"


@pytest.fixture(
    params=["insert order 1043", LONG, "Wm@%" * 12, "注文を書き込む" * 6], ids=["short", "long", "wide", "kanji"]
)
def story(request: pytest.FixtureRequest, tmp_path: Path) -> Story:
    recorder, words = Recorder(tmp_path / "run.jsonl", f"Killed after the enqueue: {request.param}"), request.param
    recorder.record("begin", "request", tx="t1", actor="web")
    recorder.record("write", "request", words, tx="t1", actor="web")
    recorder.record("enqueue", "request", words, actor="web")
    recorder.record("note", "queue", words)
    recorder.record("kill", "request", "SIGKILL", actor="web")
    for worker in ("1", "2"):
        recorder.record("run", "worker", words, actor=worker)
        recorder.record("read", "worker", words, found=False, actor=worker)
        recorder.record("fail", "worker", words, actor=worker)
    return recorder.conclude(judge(Facts(1043, False, 1, 0, failed_jobs=1)))


def show(browser: Browser, story: Story, width: int, scheme: Any = "light", body: str = "") -> Page:
    page = browser.new_page(viewport={"width": width, "height": 600}, color_scheme=scheme)
    page.set_content(f"<body style='margin:0' {body}>{timeline(story, name='mine').html}</body>")
    return page


def is_over(one: dict[str, Any], other: dict[str, Any]) -> bool:
    beside = one["right"] <= other["x"] or other["right"] <= one["x"]
    return not beside and one["y"] + 2 < other["bottom"] and other["y"] + 2 < one["bottom"]


@pytest.mark.parametrize(("width", "layout"), [(700, "wide"), (350, "narrow")])
def test_no_word_lies_over_another_in_the_fonts_of_a_real_browser(
    browser: Browser, pictures: Path, story: Story, width: int, layout: str
) -> None:
    page = show(browser, story, width)
    page.screenshot(path=pictures / f"timeline-{width}.png", full_page=True)

    boxes = page.evaluate(BOXES, layout)

    assert len(boxes) > 10
    assert [(a["words"], b["words"]) for a, b in combinations(boxes, 2) if is_over(a, b)] == []
    assert [box["words"] for box in boxes if not box["inside"]] == []
    page.close()


@pytest.mark.parametrize(("width", "shown"), [(700, "wide"), (350, "narrow")])
@pytest.mark.parametrize("story", ["insert order 1043"], indirect=True)
def test_the_layout_that_fits_is_shown(browser: Browser, story: Story, width: int, shown: str) -> None:
    page = show(browser, story, width)

    visible = [layout for layout in ("wide", "narrow") if page.locator(f"svg.mine-{layout}").is_visible()]

    assert visible == [shown]
    page.close()


@pytest.mark.parametrize(
    ("scheme", "body", "ground"),
    [
        ("light", "", LIGHT),
        ("dark", "", DARK),
        ("dark", "data-jp-theme-light=true", LIGHT),
        ("light", "data-jp-theme-light=false", DARK),
        ("dark", "data-md-color-scheme=default", LIGHT),
        ("light", "data-md-color-scheme=slate", DARK),
        ("light", "class=vscode-dark", DARK),
    ],
)
@pytest.mark.parametrize("story", ["insert order 1043"], indirect=True)
def test_the_pages_theme_decides_and_else_the_systems(
    browser: Browser, story: Story, scheme: str, body: str, ground: str
) -> None:
    page = show(browser, story, 700, scheme, body)

    assert page.evaluate(GROUND) == ground
    page.close()
