"""What is said about a job or a queue: the statements, and what their answers mean."""

from collections.abc import Sequence
from typing import Any, Final

from soniq.sql import statement
from soniq.sql.place import check_here

CANCEL: Final = statement("control", "cancel")
DELETE: Final = statement("control", "delete")
RUN_NOW: Final = statement("control", "run_now")
PAUSE: Final = statement("control", "pause")
RESUME: Final = statement("control", "resume")
PAUSED: Final = statement("control", "paused")


def read_answer(rows: Sequence[Sequence[Any]]) -> Any:
    """Return the answer of such a statement, from its one row.

    Raises:
        WrongDatabase: There is none: the connection leads to another installation, and nothing was written.
    """
    check_here(rows)
    return rows[0][0]
