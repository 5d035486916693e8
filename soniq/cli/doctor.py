"""`soniq doctor`: what is wrong, and what to do."""

import asyncio
from typing import Final

import click

from soniq.app import Soniq
from soniq.cli.table import print_json
from soniq.cli.target import database_options, make_app
from soniq.job import Finding

WRONG: Final = 1
COLOURS: Final = {"ok": "green", "note": "yellow", "wrong": "red"}


@click.command()
@database_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def doctor(database_url: str | None, target: str | None, as_json: bool) -> int:
    """Say what is wrong with the queue, in plain words, and what to do.

    Looks at the schema's version, a pooler in between, clocks, open transactions, dead rows, queues that
    nobody serves, workers that are gone, and the history's partitions; with --app also for jobs whose task
    your program does not have. Changes nothing.

    \b
    Examples:
      soniq doctor
      soniq doctor --app shop.jobs:app --json

    Exits with 1 where something is wrong; a `note` is not.
    """
    findings = asyncio.run(_examine(make_app(database_url, target)))
    if as_json:
        print_json(findings)
    else:
        for finding in findings:
            print_finding(finding)
    return WRONG if any(finding.level == "wrong" for finding in findings) else 0


async def _examine(app: Soniq) -> list[Finding]:
    async with app:
        return await app.doctor()


def print_finding(finding: Finding, width: int = 10) -> None:
    """Print one finding, its check as wide as the widest one."""
    level = click.style(f"{finding.level:6}", fg=COLOURS[finding.level], bold=finding.level != "ok")
    click.echo(f"{level}{finding.check:{width}} {finding.says}")
    if finding.advice:
        click.echo(f"{'':{width + 6}} → {finding.advice}")
