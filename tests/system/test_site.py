"""The built site in a browser: nothing on it fails, everybody can read it, and it fetches nothing from elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.system.walk import PAGES, SITE, Findings, Server, walk

pytestmark = pytest.mark.system

LESSON = "lessons/01_four_failures.html"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = Server()
    yield server.address
    server.close()


@pytest.fixture(scope="module")
def found(browser: Browser, address: str) -> Findings:
    assert "index.html" in PAGES, "run `make docs` first"
    return walk(browser, address)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_no_page_says_an_error_on_the_console(found: Findings) -> None:
    assert found.errors == []


def test_no_page_fetches_from_elsewhere(found: Findings) -> None:
    assert found.foreign == []


def test_no_page_scrolls_sideways_on_a_phone(found: Findings) -> None:
    assert found.wide == []


def test_axe_finds_nothing_serious_on_any_page(found: Findings) -> None:
    assert found.light == []


def test_no_words_are_too_pale_in_the_dark(found: Findings) -> None:
    assert found.dark == []


def test_a_search_finds_the_guide(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")

    page.locator("input.md-search__input").click()
    page.locator("input.md-search__input").press_sequentially("savepoint")

    page.locator(".md-search-result__link", has_text="Enqueue in your transaction").first.wait_for()


def test_a_search_works_from_a_folder(page: Page) -> None:
    page.goto((SITE / "index.html").as_uri())

    page.locator("input.md-search__input").click()
    page.locator("input.md-search__input").press_sequentially("does not exist")

    page.locator(".md-search-result__link", has_text="The task runs, but the row does not exist").first.wait_for()


def test_the_keyboard_searches_and_opens_what_was_found(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")

    page.keyboard.press("/")
    page.keyboard.type("zombie worker")
    page.locator(".md-search-result__link").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**/failures/zombie-worker.html*")


def test_the_first_tab_leads_past_the_navigation(page: Page, address: str) -> None:
    page.goto(f"{address}/{LESSON}")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/01_four_failures.html#*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lesson_is_drawn_in_the_colours_of_the_page(
    browser: Browser, address: str, scheme: Any, pictures: Path
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/{LESSON}")
    page.screenshot(path=pictures / f"site-{scheme}.png", full_page=True)

    ground = page.locator(".lesson-output svg rect").first.evaluate("rect => getComputedStyle(rect).fill")
    page.close()

    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 25, 30)")
