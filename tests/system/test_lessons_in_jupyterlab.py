"""A lesson as a person sees it: in JupyterLab, after Run All, light and dark."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.system.jupyterlab import JupyterLab, jupyterlab

pytestmark = pytest.mark.system

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSON = "01_four_failures.ipynb"
VERDICTS = ("Lost", "Orphan", "Early")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    with jupyterlab(NOTEBOOKS, tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, lab: JupyterLab) -> Iterator[Page]:
    """Show the lesson after every cell has run."""
    opened = browser.new_page(viewport={"width": 1280, "height": 1400})
    lab.open(opened, LESSON)
    lab.run_all(opened)
    yield opened
    opened.close()


def take_pictures(page: Page, folder: Path, name: str) -> None:
    """Take the lesson screen by screen, as a person scrolls."""
    scroller = page.locator(".jp-WindowedPanel-outer")
    screen, whole = scroller.evaluate("panel => [panel.clientHeight, panel.scrollHeight]")
    for number, top in enumerate(range(0, whole, screen), start=1):
        scroller.evaluate("(panel, top) => { panel.scrollTop = top }", top)
        page.screenshot(path=folder / f"{name}-{number}.png", animations="disabled")


def test_only_the_cells_that_must_fail_show_an_error_or_a_warning(page: Page) -> None:
    cells = json.loads((NOTEBOOKS / LESSON).read_text())["cells"]
    must_fail = [cell for cell in cells if "raises-exception" in cell["metadata"].get("tags", [])]

    errors = page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')

    assert errors.count() == len(must_fail)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_is_on_the_page(page: Page, verdict: str) -> None:
    assert page.locator(".jp-OutputArea-output svg text", has_text=verdict).first.is_visible()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_lesson_is_drawn_in_the_theme(page: Page, lab: JupyterLab, theme: str, pictures: Path) -> None:
    lab.choose_theme(page, f"JupyterLab {theme}")
    take_pictures(page, pictures, f"lesson-01-{theme.lower()}")

    ground = page.locator(".jp-OutputArea-output svg rect").first.evaluate("rect => getComputedStyle(rect).fill")

    assert brightness(ground) > 200 if theme == "Light" else brightness(ground) < 60


def test_no_news_pops_up(page: Page) -> None:
    assert page.locator(".Toastify__toast", has_text="Jupyter news").count() == 0


def brightness(colour: str) -> float:
    """Return the mean of red, green and blue of a colour written as `rgb(…)`."""
    parts = [float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    return sum(parts) / len(parts)
