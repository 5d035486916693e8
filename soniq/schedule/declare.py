"""Write schedules, pause, resume and remove them: the statements, and what they take."""

from collections.abc import Sequence
from typing import Final, Literal

from soniq.job import NewSchedule
from soniq.pool import Executor
from soniq.sql import in_schema, statement

PUT: Final = statement("schedule", "put")
CHANGES: Final = {verb: statement("schedule", verb) for verb in ("pause", "resume", "remove")}

Verb = Literal["pause", "resume", "remove"]


def columns(schedules: Sequence[NewSchedule], source: str) -> tuple[object, ...]:
    """Lay out schedules as `PUT` takes them behind the installation: one statement, however many they are.

    Args:
        schedules: One or more, of different names.
        source: `code` or `call`.
    """
    return (*map(list, zip(*sorted(schedules), strict=True)), source)


async def declare(db: Executor, schema: str, schedules: Sequence[NewSchedule]) -> str:
    """Write the schedules of this process's code; return the names of those that are new or changed."""
    # No installation: the connection is ours, and surely leads to it.
    [row] = await db.fetch(in_schema(PUT, schema), None, *columns(schedules, "code"))
    return str(row["written"])
