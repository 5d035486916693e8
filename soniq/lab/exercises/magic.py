"""The cell magic `%%exercise name`; light, because `soniq.lab` registers it wherever IPython runs."""

import sys
from importlib import import_module
from typing import Any

from soniq.errors import SoniqError


def start() -> None:
    """Let cells begin with `%%exercise`; nothing happens outside of IPython, or when it is done twice."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        shell.register_magic_function(run_cell, "cell", "exercise")


def run_cell(line: str, cell: str) -> Any:
    """Check the cell, and return the report; what goes wrong is told without a traceback."""
    desk = import_module("soniq.lab.exercises.desk")
    words = import_module("soniq.lab.exercises.report.said").Words
    try:
        # The magic's own line is the first of the cell: with it, the numbers of lines are those that people see.
        return desk.check_cell(line.strip(), f"\n{cell}")
    except SoniqError as error:
        return words(str(error))
    except KeyboardInterrupt:
        return words("Interrupted. Nothing was counted.")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and a learner must not read our traceback
        return words(f"The check itself failed, which is no mistake of yours: {type(error).__name__}: {error}")
