"""Charts: theirs alone are their names and colours, and words tell all that they show."""

import re
import subprocess
import sys
import xml.dom.minidom

import pytest

from soniq.lab.plots import Chart, Line, Span, bars, lines, spans

CHARTS = {
    "lines": lines("Grows", "clients", "commits a second", [Line("plain", [(1, 50), (4, 200.5)]), Line("b", [(1, 0)])]),
    "bars": bars("Rates", "jobs a second", {"one": 12000.0, "two": 0.25}),
    "spans": spans("Race", "milliseconds", [Span("worker 1", 0, 20, "7"), Span("worker 2", 5, 9, "8", 1)]),
}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_drawing_uses_the_pages_colours_and_names_of_its_own(chart: Chart) -> None:
    page = chart.html

    drawings = re.findall("<svg.*?</svg>", page)
    assert len(drawings) == 2
    assert "\n" not in page
    assert "var(--ink)" in page
    for drawing in drawings:
        xml.dom.minidom.parseString(drawing)
        assert "<style" not in drawing
        assert "#010" not in drawing
        assert all(name.startswith(chart.name) for name in re.findall(r'\bid="([^"]+)"', drawing))
        targets = re.findall(r"(?:url\(|href=\")#([^\")]+)", drawing)
        assert set(targets) <= set(re.findall(r'\bid="([^"]+)"', drawing))
        assert chart.text.split("\n")[0] in drawing


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("lines", "commits a second, by clients:\n- plain: 50 at 1, 200 at 4\n- b: 0 at 1"),
        ("bars", "jobs a second:\n- one: 12,000\n- two: 0.25"),
        ("spans", "milliseconds:\n- worker 1: 7 0–20\n- worker 2: 8 5–9"),
    ],
)
def test_words_tell_what_the_drawing_shows(kind: str, words: str) -> None:
    chart = CHARTS[kind]

    assert str(chart) == f"{chart.title}\n{words}"
    assert chart._repr_mimebundle_()["text/plain"] == str(chart)


def test_the_plotting_library_is_imported_when_something_is_drawn_and_not_before() -> None:
    ask = "import sys, soniq.lab.plots, soniq.lab.hood; print('matplotlib' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout == "False\n"
