"""A folder for servers, shared by the tests so that the data is made once, and quiet between them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from soniq.lab.servers import describe
from tests.lab.servers.crew import Crew, wait_until


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """Make a folder that others may pass through: pytest's own are closed to the account of root's servers."""
    folder = Path(tempfile.mkdtemp(prefix="soniq-"))
    folder.chmod(0o711)
    yield folder
    wait_until(lambda: not any(each.keeper_pid or each.pid for each in describe(folder)), "the last server has stopped")
    shutil.rmtree(folder)


@pytest.fixture(params=["postgres", "valkey"])
def crew(request: pytest.FixtureRequest, place: Path) -> Iterator[Crew]:
    """Gather the users of each kind of server in turn; when they are gone, nothing may be left."""
    crew = Crew(request.param, place)
    yield crew
    crew.dismiss()


@pytest.fixture
def postgres(place: Path) -> Iterator[Crew]:
    """Gather the users of a Postgres."""
    crew = Crew("postgres", place)
    yield crew
    crew.dismiss()
