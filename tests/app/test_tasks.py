"""What `@app.job` makes of a function, and what it says of a slip."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from soniq import Soniq
from soniq.errors import InvalidTaskName, OptionInvalid

SHOP = """
from soniq import Soniq
app = Soniq("postgresql://localhost/shop")

@app.job()
def send_invoice(order_id: int) -> None: ...

print(send_invoice.name)
"""


@pytest.mark.parametrize("command", [["shop.py"], ["-m", "shop"], ["-c", "import shop"]])
def test_a_task_has_the_same_name_however_its_program_is_run(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "shop.py").write_text(SHOP)

    said = subprocess.run([sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert said.stdout == "shop.send_invoice\n"


def test_a_decorator_without_its_parentheses_says_so() -> None:
    slip: Any = Soniq().job

    with pytest.raises(OptionInvalid, match="with parentheses"):
        slip(lambda: None)


def test_a_model_that_is_none_is_refused() -> None:
    not_a_model: Any = dict

    with pytest.raises(OptionInvalid, match="BaseModel"):
        Soniq().job(args_model=not_a_model)


@pytest.mark.parametrize("option", ["retry_on", "discard_on"])
@pytest.mark.parametrize("classes", ["ValueError", ValueError("no class"), [ValueError, int]])
def test_what_may_be_tried_again_is_said_by_exception_classes(option: str, classes: Any) -> None:
    with pytest.raises(OptionInvalid, match=option):
        Soniq().job(**{option: classes})


def test_an_empty_name_is_no_name() -> None:
    with pytest.raises(InvalidTaskName):
        Soniq().job(name="")(lambda: None)
