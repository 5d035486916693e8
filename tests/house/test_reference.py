"""The reference is complete: a heading for each error, a row for each setting, with the code's own words."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from soniq import errors
from soniq.cli.main import root
from soniq.errors import SoniqError
from soniq.settings import Settings

REFERENCE = Path(__file__).parents[2] / "tutorial" / "reference"
ERRORS = sorted(
    (e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, SoniqError) and e is not SoniqError),
    key=lambda error: error.code,
)


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """Name every command below this one."""
    for word, below in getattr(command, "commands", {}).items():
        yield f"{name} {word}", below
        yield from commands(below, f"{name} {word}")


COMMANDS = dict(commands(root, "soniq"))


def section(page: str, heading: str) -> str:
    """Return the text under a heading of the second or third level, empty where there is none."""
    found = re.search(rf"^##+ `?{re.escape(heading)}`?$\n(.*?)(?=^## |^### |\Z)", page, re.M | re.S)
    return found[1] if found else ""


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_the_error_is_explained(error: type[SoniqError]) -> None:
    explained = section((REFERENCE / "errors.md").read_text(), error.code)

    told = f"[{error.code}] ", f"What to do: {error.hint}"
    for part in (f"`{error.__name__}`", "**What happened.**", "**Why.**", "**What to do.**", *told):
        assert part in explained


def test_no_error_is_explained_that_does_not_exist() -> None:
    headings = re.findall(r"^##+ `?(SONIQ_\w+)`?$", (REFERENCE / "errors.md").read_text(), re.M)

    assert sorted(headings) == [error.code for error in ERRORS]


def test_each_error_has_a_code_of_its_own_and_a_hint() -> None:
    assert len({error.code for error in ERRORS}) == len(ERRORS)
    assert [error for error in ERRORS if not error.hint] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_is_explained_with_its_options(name: str) -> None:
    explained = section((REFERENCE / "cli.md").read_text(), name)
    options = [one for one in COMMANDS[name].params if isinstance(one, click.Option) and not one.hidden]

    assert explained
    assert [one.opts[0] for one in options if f"`{one.opts[0]}`" not in explained] == []


def test_no_command_is_explained_that_does_not_exist() -> None:
    headings = re.findall(r"^## `(.+)`$", (REFERENCE / "cli.md").read_text(), re.M)

    assert sorted(headings) == sorted(COMMANDS)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_setting_is_explained_with_its_default(name: str) -> None:
    field = Settings.model_fields[name]
    shown = "unset" if field.default is None else f"`{field.default}`"
    page = (REFERENCE / "settings.md").read_text()

    [row] = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]

    assert shown in row
    assert (field.description or "").replace("|", r"\|") in row
