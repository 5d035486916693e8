"""Do something to many: count them, ask, do it, and say how many it were."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import click

from soniq.app import Soniq
from soniq.cli.table import counted


@dataclass(frozen=True, slots=True)
class Deed:
    """What a command does to many.

    Attributes:
        verb: Such as `replay`.
        done: Such as `replayed`.
        work: Does it, or only counts where its second argument is true; returns how many.
        dry_run: Only count.
        sure: Do not ask.
    """

    verb: str
    done: str
    work: Callable[[Soniq, bool], Awaitable[int]]
    dry_run: bool
    sure: bool


async def carry_out(app: Soniq, deed: Deed) -> int:
    """Do it; returns the exit status: 1 where the user said no.

    Raises:
        click.UsageError: It has to ask, and nobody is there to answer.
    """
    async with app:
        if deed.dry_run or not deed.sure:
            found = counted(await deed.work(app, True), "dead letter")
            if deed.dry_run:
                click.echo(f"would {deed.verb} {found}")
                return 0
            if not _confirmed(f"{deed.verb} {found}?"):
                click.echo("nothing done", err=True)
                return 1
        click.echo(f"{deed.done} {counted(await deed.work(app, False), 'dead letter')}")
        return 0


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody is here to answer: give --yes, or --dry-run to only count")
    return click.confirm(question)
