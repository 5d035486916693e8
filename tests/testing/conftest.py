"""Run pytest as a user would: in a folder of their own, with their conftest and their app."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

CONFTEST = 'pytest_plugins = ["soniq.testing.pytest_plugin"]\n'
SHOP = """
from soniq import Soniq
app = Soniq("postgresql://nowhere.invalid/production")

@app.job(name="shop.send_invoice")
async def send_invoice(order_id: int) -> None: ...

async def place_order(order_id: int) -> None:
    await send_invoice.enqueue(order_id=order_id)
"""
PLUGINS = ("-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function")
QUIET = ("-p", "no:cacheprovider", "-W", "error")


@dataclass(frozen=True)
class Ran:
    """What a run of pytest came to."""

    code: int
    said: str


Run = Callable[..., Ran]


@pytest.fixture
def run_pytest(tmp_path: Path, server_url: str) -> Run:
    """Give a function that runs pytest over a file of tests, on the tests' server."""

    def run(tests: str, *options: str, conftest: str = "", plugins: tuple[str, ...] = ()) -> Ran:
        (tmp_path / "shop.py").write_text(SHOP)
        (tmp_path / "conftest.py").write_text(CONFTEST + dedent(conftest))
        (tmp_path / "test_shop.py").write_text(dedent(tests))
        command = [sys.executable, "-m", "pytest", *(plugins or PLUGINS), *QUIET, "--soniq-url", server_url, *options]
        env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # what else is installed takes a second each time
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
        return Ran(done.returncode, done.stdout + done.stderr)

    return run
