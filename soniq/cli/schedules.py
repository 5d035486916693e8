"""`soniq schedules`: list, pause, resume and remove what the clock enqueues."""

import asyncio
from typing import Literal

import click

from soniq.app import Soniq
from soniq.cli.table import print_json, print_table
from soniq.cli.target import database_options, make_app
from soniq.job import Schedule

Verb = Literal["pause", "resume", "remove"]
PAST = {"pause": "paused", "resume": "resumed", "remove": "removed"}
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


@click.group()
def schedules() -> None:
    """List, pause, resume and remove schedules: what the clock enqueues.

    \b
    Examples:
      soniq schedules list
      soniq schedules pause reports.nightly
    """


@schedules.command("list")
@database_options
@click.option("--status", type=click.Choice(["active", "paused", "orphaned"]), help="Of this status only.")
@as_json
def list_schedules(database_url: str | None, target: str | None, status: str | None, as_json: bool) -> None:
    """List the schedules by name. Orphaned: no running worker's code declares it any more, so it rests.

    \b
    Examples:
      soniq schedules list --status paused
      soniq schedules list --json
    """
    found = asyncio.run(_read(make_app(database_url, target), status))
    if as_json:
        print_json([dict(one) for one in found])
    else:
        print_schedules(found)


def print_schedules(found: list[Schedule]) -> None:
    """Print a table of schedules."""
    if not found:
        click.echo("no schedules")
        return
    print_table(
        ["NAME", "TASK", "TICKS", "STATUS", "NEXT", "LAST", "MISSED"],
        [[s.name, s.job_name, _rule(s), s.status, s.next_at, s.last_at, s.missed] for s in found],
    )


@schedules.command()
@click.argument("name")
@database_options
@as_json
def pause(name: str, database_url: str | None, target: str | None, as_json: bool) -> int:
    """Let the schedule NAME rest, also over deploys, until it is resumed.

    \b
    Examples:
      soniq schedules pause reports.nightly
    """
    return _change("pause", name, make_app(database_url, target), as_json)


@schedules.command()
@click.argument("name")
@database_options
@as_json
def resume(name: str, database_url: str | None, target: str | None, as_json: bool) -> int:
    """Let the schedule NAME go on from its next tick; what came due meanwhile is not made up for.

    \b
    Examples:
      soniq schedules resume reports.nightly
    """
    return _change("resume", name, make_app(database_url, target), as_json)


@schedules.command()
@click.argument("name")
@database_options
@as_json
def remove(name: str, database_url: str | None, target: str | None, as_json: bool) -> int:
    """Take the schedule NAME out. One that the code declares comes back with the next worker: pause it instead.

    \b
    Examples:
      soniq schedules remove tenant-7
    """
    return _change("remove", name, make_app(database_url, target), as_json)


async def _read(app: Soniq, status: str | None) -> list[Schedule]:
    async with app:
        return await app.scheduler.list(status)


def _change(verb: Verb, name: str, app: Soniq, as_json: bool) -> int:
    """Change it and say so; exits with 1 where no schedule has that name."""

    async def change() -> bool:
        async with app:
            changed: bool = await getattr(app.scheduler, verb)(name)
            return changed

    found = asyncio.run(change())
    if as_json:
        print_json({"name": name, PAST[verb]: found})
    elif found:
        click.echo(f"{PAST[verb]} {name}")
    if not found:
        click.echo(f"no schedule is named {name!r}; see `soniq schedules list`", err=True)
    return 0 if found else 1


def _rule(schedule: Schedule) -> str:
    return f"{schedule.cron} {schedule.tz}" if schedule.cron is not None else f"every {schedule.every}"
