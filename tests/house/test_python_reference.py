"""The Python reference is made from docstrings: every public name has its place there."""

import re
from pathlib import Path

import soniq
from soniq import Soniq

PAGES = Path(__file__).parents[2] / "tutorial" / "reference" / "python"
ERRORS = {"SoniqError"}  # shown with all the others, as what is in `soniq.errors`
TEXT = "\n".join(page.read_text() for page in PAGES.glob("*.md"))
NAMED = set(re.findall(r"^::: (\S+)$", TEXT, re.M)) | {
    f"soniq.Soniq.{name}" for name in re.findall(r"^        - (\w+)$", TEXT, re.M)
}
# For the parts of Soniq itself, which have no other way in.
INNER = {"known_place", "opened"}


def test_each_name_of_the_root_is_in_the_reference() -> None:
    last = {name.rpartition(".")[2] for name in NAMED}

    assert sorted(set(soniq.__all__) - {"__version__"} - ERRORS - last) == []


def test_each_verb_of_the_app_is_in_the_reference() -> None:
    verbs = {name for name in dir(Soniq) if not name.startswith("_")} - INNER

    assert sorted(verbs - {name.removeprefix("soniq.Soniq.") for name in NAMED}) == []
