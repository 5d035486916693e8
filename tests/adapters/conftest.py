"""Every case runs once in every shape, as a role that may do no more than enqueue; the last line counts them."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.adapters.places import Place, Places, make_places
from tests.adapters.shapes import SHAPES, opened
from tests.adapters.shapes.shape import Shape

OUTCOMES: Counter[str] = Counter()


@pytest.fixture(scope="session")
def places(server_url: str, template: str) -> Iterator[Places]:
    """Make the databases of the suite, once."""
    with make_places(server_url, template) as made:
        yield made


@pytest.fixture
def queue(places: Places) -> Place:
    """Give the app's own database, empty."""
    places.queue.clear()
    return places.queue


@pytest.fixture(params=SHAPES)
def shape_name(request: pytest.FixtureRequest) -> str:
    """Name each shape in turn."""
    request.node.user_properties.append(("shape", request.param))
    return str(request.param)


@pytest.fixture
async def shape(shape_name: str, queue: Place) -> AsyncIterator[Shape]:
    """Open each shape in turn, beside an app on the same database."""
    async with opened(shape_name, queue.url) as shape:
        yield shape


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the cases that were met, by shape."""
    shape = dict(report.user_properties).get("shape")
    if shape and (report.when == "call" or report.outcome != "passed"):
        OUTCOMES[report.outcome] += 1
        OUTCOMES[str(shape)] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many shapes met how many cases."""
    shapes = [shape for shape in SHAPES if OUTCOMES[shape]]
    if shapes:
        cases = max(OUTCOMES[shape] for shape in shapes)
        terminalreporter.write_line(
            f"conformance: {len(shapes)} shapes × {cases} cases, {OUTCOMES['passed']} met,"
            f" {OUTCOMES['failed']} failed, {OUTCOMES['skipped']} skipped"
        )
