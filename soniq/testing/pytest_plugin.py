"""The pytest plugin: a Postgres for the session, an empty queue for a test, time that passes, no forgotten job.

Opt in with `pytest_plugins = ["soniq.testing.pytest_plugin"]` in the top conftest.py. Works with pytest-asyncio, in
both of its modes and on any loop scope, and with anyio's asyncio backend.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import Any, Final

import pytest

from soniq.app import Soniq
from soniq.app.unjoined import watchers
from soniq.errors import UnjoinedEnqueue
from soniq.testing.databases import find_server, make_database
from soniq.testing.frozen import FrozenTime
from soniq.testing.sweep import close_sweepers

MARKER: Final = "soniq(app='module:attribute', **settings): the app, or the settings of a new one, for soniq_pg"
ASYNCIO: Final = ("asyncio", "pytest_asyncio.plugin")  # by entry point, or by `-p`
ANYIO: Final = ("anyio", "anyio.pytest_plugin")
FORGOTTEN: Final = pytest.StashKey[list[UnjoinedEnqueue]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the server and the app be named."""
    parser.getgroup("soniq").addoption(
        "--soniq-url", metavar="URL", help="PostgreSQL server for tests; each run makes a database of its own there"
    )
    parser.addini("soniq_app", "MODULE:ATTRIBUTE of the app that soniq_pg points at the test's database")


def pytest_configure(config: pytest.Config) -> None:
    """Add the fixtures of the asynchronous plugin that is there."""
    config.addinivalue_line("markers", MARKER)
    if _has(config, ASYNCIO):
        config.pluginmanager.import_plugin("soniq.testing.on_asyncio")
    if _has(config, ANYIO):
        config.pluginmanager.import_plugin("soniq.testing.on_anyio")


def pytest_unconfigure() -> None:
    """Let go what was held for databases of the user's own."""
    close_sweepers()


@pytest.fixture(scope="session")
def soniq_postgres(request: pytest.FixtureRequest) -> str:
    """URL of the server: `--soniq-url`, else SONIQ_DATABASE_URL's, else an embedded one."""
    return find_server(request.config.getoption("--soniq-url"))


@pytest.fixture(scope="session")
def soniq_database(soniq_postgres: str) -> Iterator[str]:
    """URL of a database of this process's own, with Soniq's schema, in which to make your tables.

    Override it to bring a database of your own: `soniq_pg` sets up Soniq's schema there, and empties its tables.
    """
    database = make_database(soniq_postgres)
    yield database.url
    close_sweepers(database.url)
    database.drop()


@pytest.fixture
def soniq_pg(request: pytest.FixtureRequest) -> Soniq:
    """An app on an empty queue: new, or the one that `@pytest.mark.soniq(app=…)` or the option `soniq_app` names."""
    app: Soniq = request.getfixturevalue(f"_soniq_pg_{_loop(request)}")
    return app


@pytest.fixture
def soniq_frozen(soniq_pg: Soniq) -> FrozenTime:
    """Time for `soniq_pg`: `await soniq_frozen.move(timedelta(hours=1))` runs what becomes due."""
    return FrozenTime(soniq_pg)


@pytest.fixture
def soniq_joined(request: pytest.FixtureRequest) -> Iterator[list[UnjoinedEnqueue]]:
    """Fail the test in which a job is enqueued without `connection=` while a transaction is open around it.

    The setting `unjoined` does not matter. The value is the list of them so far; who expects one may empty it.
    """
    seen: list[UnjoinedEnqueue] = []
    watcher = seen.append
    request.node.stash[FORGOTTEN] = seen
    watchers.append(watcher)
    yield seen
    watchers.remove(watcher)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test itself, rather than its teardown."""
    result = yield
    if forgotten := item.stash.get(FORGOTTEN, []):
        lines = [f"{one.context['at']}: {one.message}" for one in forgotten]
        pytest.fail("\n".join([*lines, f"What to do: {UnjoinedEnqueue.hint}"]), pytrace=False)
    return result


def app_wanted(request: pytest.FixtureRequest) -> tuple[str | None, dict[str, Any]]:
    """Say which app a test asked for, and with which settings a new one is made.

    Raises:
        pytest.UsageError: Settings are given for an app that has its own.
    """
    marker = request.node.get_closest_marker("soniq")
    settings = dict(marker.kwargs) if marker else {}
    target = settings.pop("app", None) or (None if settings else request.config.getini("soniq_app") or None)
    if target and settings:
        raise pytest.UsageError(f"{request.node.nodeid}: {target} has settings of its own; give `app` or settings")
    return target, settings


def _loop(request: pytest.FixtureRequest) -> str:
    """Name the event loop that the test runs on."""
    if "anyio_backend" in request.fixturenames:
        return "anyio"
    if not _has(request.config, ASYNCIO):
        raise pytest.UsageError("soniq_pg needs pytest-asyncio, or a test that anyio runs")
    marker = request.node.get_closest_marker("asyncio")
    chosen = marker.kwargs.get("loop_scope") if marker else None
    return str(chosen or request.config.getini("asyncio_default_test_loop_scope") or "function")


def _has(config: pytest.Config, names: Sequence[str]) -> bool:
    return any(map(config.pluginmanager.hasplugin, names))
