"""Every statement that the library sends is one that Postgres accepts, on the schema as migrated."""

import re
from typing import Any

import pytest

from soniq.sql import DEFAULT_SCHEMA, in_schema, load_stage, stages
from soniq.sql.migrate import migrate, migrations

STATEMENTS = [(stage, name) for stage in stages() for name in load_stage(stage)]


@pytest.mark.parametrize(("stage", "name"), STATEMENTS)
async def test_the_statement_can_be_prepared(app: Any, other: Any, stage: str, name: str) -> None:
    prepared = await other.prepare(load_stage(stage)[name])

    assert len(prepared.get_parameters()) == highest_parameter(load_stage(stage)[name])


@pytest.mark.parametrize(("stage", "name"), STATEMENTS)
def test_the_statement_says_what_it_promises_and_which_parameters_it_takes(stage: str, name: str) -> None:
    text = load_stage(stage)[name]
    header = " ".join(line for line in text.splitlines() if line.startswith("--"))

    assert header, "no header"
    assert {f"${n}" for n in range(1, highest_parameter(text) + 1)} <= set(re.findall(r"\$\d+", header))


async def test_all_of_it_works_in_another_schema(other: Any) -> None:
    await migrate(other, "elsewhere", migrations())

    for stage, name in STATEMENTS:
        text = in_schema(load_stage(stage)[name], "elsewhere")
        await other.prepare(text)
        assert not re.search(rf"\b{DEFAULT_SCHEMA}[._](?!setup\b)", without_comments(text)), name


def highest_parameter(text: str) -> int:
    return max((int(n) for n in re.findall(r"\$(\d+)", without_comments(text))), default=0)


def without_comments(text: str) -> str:
    return re.sub(r"--.*", "", text)
