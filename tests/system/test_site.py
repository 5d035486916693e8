"""The built site in a browser: it fetches nothing from elsewhere, and nothing on it fails."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system

SITE = Path(__file__).parents[2] / "site"
PAGES = sorted(str(page.relative_to(SITE)) for page in SITE.rglob("*.html"))
LESSON = "lessons/01_four_failures.html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def test_the_site_was_built() -> None:
    assert "index.html" in PAGES, "run `make docs` first"


def test_no_page_fails_or_fetches_from_elsewhere(page: Page, address: str) -> None:
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on("console", lambda said: troubles.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else troubles.append(sent.url))

    for each in PAGES:
        page.goto(f"{address}/{each}")

    assert troubles == []


def test_a_search_finds_the_guide(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")

    page.locator("input.md-search__input").click()
    page.locator("input.md-search__input").press_sequentially("savepoint")

    page.locator(".md-search-result__link", has_text="Enqueue in your transaction").first.wait_for()


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
