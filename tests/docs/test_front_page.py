"""README and CONTRIBUTING: their commands exist, their links lead somewhere, their code runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRONT = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("page", FRONT, ids=lambda page: page.name)
def test_each_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("page", FRONT, ids=lambda page: page.name)
def test_each_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"`?make ([a-z-]+)", page.read_text()))
    rules = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))

    assert targets
    assert targets <= rules


def test_the_code_of_the_readme_runs() -> None:
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S))

    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr


def test_the_check_on_every_change_runs_the_readmes_test_command() -> None:
    assert "`make test`" in FRONT[1].read_text()
    assert re.search(r"^\$ make test\b", FRONT[0].read_text(), re.M)
    assert "for target in test " in (ROOT / ".ci" / "run").read_text()
