"""Write schedules, pause, resume and remove them: what to run, and what the answer means."""

from collections.abc import Sequence
from typing import Final, Literal

from soniq.job import NewSchedule
from soniq.pool import Executor
from soniq.sql import in_schema, statement

PUT: Final = statement("schedule", "put")
CHANGES: Final = {verb: statement("schedule", verb) for verb in ("pause", "resume", "remove")}

Verb = Literal["pause", "resume", "remove"]
Parameters = tuple[object, ...]


def put(schema: str, installation: str | None, schedules: Sequence[NewSchedule], source: str) -> tuple[str, Parameters]:
    """Say what to run so that these schedules are written: one statement, however many they are.

    Args:
        schema: Of the installation.
        installation: Its id; None where the connection surely leads to it.
        schedules: One or more, of different names.
        source: `code` or `call`.
    """
    columns = map(list, zip(*sorted(schedules), strict=True))
    return in_schema(PUT, schema), (installation, *columns, source)


def change(schema: str, installation: str, verb: Verb, name: str) -> tuple[str, Parameters]:
    """Say what to run to pause, resume or remove a schedule; its one row says whether there is one, in second place."""
    return in_schema(CHANGES[verb], schema), (installation, name)


async def declare(db: Executor, schema: str, schedules: Sequence[NewSchedule]) -> str:
    """Write the schedules of this process's code; return the names of those that are new or changed."""
    text, parameters = put(schema, None, schedules, "code")
    [row] = await db.fetch(text, *parameters)
    return str(row["written"])
