"""`soniq dead-letter`: look at dead letters, run them again, let them go."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

import click

from soniq.app import Soniq
from soniq.cli.bulk import Deed, carry_out
from soniq.cli.chosen import check_chosen, choose, filter_options
from soniq.cli.letters import print_letter, print_letters, write_parts
from soniq.cli.table import counted, print_json
from soniq.cli.target import database_options, make_app

T = TypeVar("T")
NOT_FOUND: Final = 1
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
assume_yes = click.option("--yes", is_flag=True, help="Do not ask.")
only_count = click.option("--dry-run", is_flag=True, help="Only say how many there are.")


@click.group("dead-letter")
def dead_letter() -> None:
    """Look at jobs that failed for good, run them again, tag or delete them.

    \b
    Examples:
      soniq dead-letter list --filter task=billing.send_invoice
      soniq dead-letter replay --filter reason=timeout --yes
      soniq dead-letter export --format csv --output dead.csv
    """


@dead_letter.command("list")
@database_options
@filter_options
@as_json
def list_them(
    database_url: str | None, target: str | None, pairs: Sequence[str], limit: int | None, as_json: bool
) -> None:
    """List dead letters, the latest first; 20 where --limit says no other number.

    \b
    Examples:
      soniq dead-letter list --filter error=ConnectionError --filter replayed=no
      soniq dead-letter list --filter from=2027-01-31 --json
    """
    chosen = choose(pairs, limit or 20)
    found = _with(database_url, target, lambda app: app.dead_letter.list(chosen))
    if as_json:
        print_json([dict(dead) for dead in found])
    else:
        print_letters(found)


@dead_letter.command()
@click.argument("job_id", type=click.UUID)
@database_options
@as_json
def show(job_id: UUID, database_url: str | None, target: str | None, as_json: bool) -> int:
    """Show one dead letter whole, with its errors and its traceback.

    Exits with 1 where no dead letter has that id.
    """
    dead = _with(database_url, target, lambda app: app.dead_letter.get(job_id))
    if as_json:
        print_json(dead and dict(dead))
    elif dead is not None:
        print_letter(dead)
    return 0 if dead else _not_found(job_id)


@dead_letter.command()
@click.argument("ids", metavar="[JOB_ID]...", nargs=-1, type=click.UUID)
@database_options
@filter_options
@click.option("--all", "everything", is_flag=True, help="All that were not replayed yet.")
@only_count
@assume_yes
def replay(  # noqa: PLR0913  # one parameter an option, as click passes them
    ids: tuple[UUID, ...],
    database_url: str | None,
    target: str | None,
    pairs: Sequence[str],
    limit: int | None,
    everything: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Make a new job of each dead letter that is named or chosen; the records stay.

    Chosen by --all or --filter, those that were replayed before are left out, unless
    --filter replayed=yes asks for them: the same command twice makes no job twice.

    \b
    Examples:
      soniq dead-letter replay 0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11
      soniq dead-letter replay --filter task=billing.send_invoice --dry-run
      soniq dead-letter replay --all --yes

    Exits with 1 where an id is not there: then none is replayed.
    """
    check_chosen(ids, pairs, everything, limit, dry_run)
    chosen, app = choose(pairs, limit), make_app(database_url, target)
    if ids:
        asyncio.run(_open(app, lambda app: _replay_each(app, ids)))
        return 0

    async def work(app: Soniq, dry: bool) -> int:
        return await app.dead_letter.bulk_replay(chosen, dry_run=dry)

    return asyncio.run(carry_out(app, Deed("replay", "replayed", work, dry_run, yes)))


@dead_letter.command()
@click.argument("ids", metavar="[JOB_ID]...", nargs=-1, type=click.UUID)
@database_options
@filter_options
@click.option("--all", "everything", is_flag=True, help="All there are.")
@only_count
@assume_yes
def delete(  # noqa: PLR0913  # one parameter an option, as click passes them
    ids: tuple[UUID, ...],
    database_url: str | None,
    target: str | None,
    pairs: Sequence[str],
    limit: int | None,
    everything: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Delete the dead letters that are named or chosen, for good.

    \b
    Examples:
      soniq dead-letter delete 0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11
      soniq dead-letter delete --filter tag=wontfix --dry-run

    Exits with 1 where one of the ids is not there; the others are deleted.
    """
    check_chosen(ids, pairs, everything, limit, dry_run)
    chosen, app = choose(pairs, limit), make_app(database_url, target)
    if ids:
        return asyncio.run(_open(app, lambda app: _delete_each(app, ids)))

    async def work(app: Soniq, dry: bool) -> int:
        return await app.dead_letter.bulk_delete(chosen, dry_run=dry)

    return asyncio.run(carry_out(app, Deed("delete", "deleted", work, dry_run, yes)))


@dead_letter.command()
@database_options
@click.option("--days", type=click.FloatRange(0, 36_500), required=True, help="Keep those of the last so many days.")
@only_count
@assume_yes
def cleanup(database_url: str | None, target: str | None, days: float, dry_run: bool, yes: bool) -> int:
    """Delete the dead letters that died long ago, for good. Nothing does so by itself.

    \b
    Example:
      soniq dead-letter cleanup --days 90 --yes
    """

    async def work(app: Soniq, dry: bool) -> int:
        return await app.dead_letter.cleanup_old_dead_letter_jobs(days, dry)

    return asyncio.run(carry_out(make_app(database_url, target), Deed("delete", "deleted", work, dry_run, yes)))


@dead_letter.command()
@database_options
@filter_options
@click.option("--format", "form", type=click.Choice(["json", "jsonl", "csv"]), default="json", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def export(
    database_url: str | None,
    target: str | None,
    pairs: Sequence[str],
    limit: int | None,
    form: str,
    output: Path | None,
) -> None:
    """Write dead letters for other programs, the latest first; all of them without --limit.

    \b
    Examples:
      soniq dead-letter export --format csv --output dead.csv
      soniq dead-letter export --filter reason=timeout --format jsonl | jq .args
    """
    chosen = choose(pairs, limit)
    _with(database_url, target, lambda app: write_parts(app.dead_letter.export_in_parts(chosen, form), output))


@dead_letter.command()
@click.argument("job_id", type=click.UUID)
@click.argument("tags", nargs=-1, required=True)
@database_options
def tag(job_id: UUID, tags: tuple[str, ...], database_url: str | None, target: str | None) -> None:
    """Write tags on a dead letter, to find it by: a ticket, who looks after it.

    \b
    Example:
      soniq dead-letter tag 0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11 ticket-7

    Exits with 1 where no dead letter has that id.
    """
    click.echo(", ".join(_with(database_url, target, lambda app: app.dead_letter.add_tags_to_job(job_id, tags))))


def _with(database_url: str | None, target: str | None, work: Callable[[Soniq], Awaitable[T]]) -> T:
    return asyncio.run(_open(make_app(database_url, target), work))


async def _open(app: Soniq, work: Callable[[Soniq], Awaitable[T]]) -> T:
    async with app:
        return await work(app)


async def _replay_each(app: Soniq, ids: Sequence[UUID]) -> None:
    """Replay all of them or none, and print the new ids."""
    async with app.transaction() as connection:
        new_ids = [await app.dead_letter.replay(job_id, connection=connection) for job_id in ids]
    click.echo("\n".join(new_ids))


async def _delete_each(app: Soniq, ids: Sequence[UUID]) -> int:
    found = [await app.dead_letter.delete(job_id) for job_id in ids]
    for job_id, deleted in zip(ids, found, strict=True):
        if not deleted:
            _not_found(job_id)
    click.echo(f"deleted {counted(sum(found), 'dead letter')}")
    return 0 if all(found) else NOT_FOUND


def _not_found(job_id: UUID) -> int:
    click.echo(f"no dead letter has the id {job_id}", err=True)
    return NOT_FOUND
