"""`soniq jobs`: list jobs, show one, run it again, cancel or delete it."""

import asyncio
from typing import Any
from uuid import UUID

import click

from soniq.app import Soniq
from soniq.cli.table import print_json, print_table
from soniq.cli.target import app_of, database_options, make_app
from soniq.job import Cancellation, Job, JobStatus
from soniq.job.record import shown


class _Jobs(click.Group):
    """Takes a job's id in place of a subcommand's name: `soniq jobs ID` shows it."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "show", show, args


@click.group(cls=_Jobs, invoke_without_command=True, subcommand_metavar="[JOB_ID | COMMAND [ARGS]...]")
@database_options
@click.option("--task", help="Of the task of this name only.")
@click.option("--queue", help="Of this queue only.")
@click.option("--status", type=click.Choice([str(one) for one in JobStatus]), help="Of this status only.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="This many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
@click.pass_context
def jobs(  # noqa: PLR0913  # one parameter an option, as click passes them
    context: click.Context,
    database_url: str | None,
    target: str | None,
    task: str | None,
    queue: str | None,
    status: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List jobs, newest first, show the one whose JOB_ID is given, or retry, cancel or delete one.

    \b
    Examples:
      soniq jobs --status dead_letter
      soniq jobs --task billing.send_invoice --queue billing --limit 5
      soniq jobs 0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11 --json
      soniq jobs cancel 0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11
      soniq jobs retry 0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11

    Exits with 1 where no job has that id, it is too late to cancel it, or there is nothing to retry.
    """
    if context.invoked_subcommand is not None:
        context.obj = (database_url, target)
        return
    wanted = {"task": task, "queue": queue, "status": status, "limit": limit}
    found = asyncio.run(_list(make_app(database_url, target), wanted))
    if as_json:
        print_json([dict(job) for job in found])
    else:
        print_jobs(found)


@jobs.command()
@click.argument("job_id", type=click.UUID)
@database_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
@click.pass_context
def show(context: click.Context, job_id: UUID, database_url: str | None, target: str | None, as_json: bool) -> int:
    """Show one job whole, with its errors."""
    found = asyncio.run(_find(app_of(context, database_url, target), job_id))
    if as_json:
        print_json(None if found is None else dict(found))
    elif found is not None:
        _print_one(found)
    return 0 if found is not None else _no_job(job_id)


@jobs.command()
@click.argument("job_id", type=click.UUID)
@database_options
@click.pass_context
def cancel(context: click.Context, job_id: UUID, database_url: str | None, target: str | None) -> int:
    """Cancel a job: at once where no worker holds it, otherwise its worker is asked to."""
    answer = asyncio.run(_cancel(app_of(context, database_url, target), job_id))
    match answer:
        case Cancellation.UNKNOWN:
            return _no_job(job_id)
        case Cancellation.TOO_LATE:
            click.echo(f"too late: job {job_id} has ended", err=True)
        case Cancellation.ASKED:
            click.echo(f"job {job_id} is running: its worker was asked to end it")
        case _:
            click.echo(f"job {job_id} is cancelled")
    return 0 if answer else 1


@jobs.command()
@click.argument("job_id", type=click.UUID)
@database_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts: the job that runs now.")
@click.pass_context
def retry(context: click.Context, job_id: UUID, database_url: str | None, target: str | None, as_json: bool) -> int:
    """Run a job now that waits for its next attempt, or a dead letter anew, as a job of its own."""
    found, is_due = asyncio.run(_retry(app_of(context, database_url, target), job_id))
    if found is None:
        return _no_job(job_id)
    if not is_due:
        click.echo(f"nothing to retry: job {job_id} is {found.status}", err=True)
        return 1
    if as_json:
        print_json(dict(found))
    elif found.id != str(job_id):
        click.echo(f"dead letter {job_id} runs again as job {found.id}")
    else:
        click.echo(f"job {job_id} is due now")
    return 0


@jobs.command()
@click.argument("job_id", type=click.UUID)
@database_options
@click.pass_context
def delete(context: click.Context, job_id: UUID, database_url: str | None, target: str | None) -> int:
    """Remove every trace of a job that no worker holds."""
    if asyncio.run(_delete(app_of(context, database_url, target), job_id)):
        click.echo(f"job {job_id} is deleted")
        return 0
    click.echo(f"nothing deleted: no job has the id {job_id}, or a worker holds it", err=True)
    return 1


def _no_job(job_id: UUID) -> int:
    click.echo(f"no job has the id {job_id}", err=True)
    return 1


async def _list(app: Soniq, wanted: dict[str, Any]) -> list[Job]:
    async with app:
        return await app.list_jobs(**wanted)


async def _find(app: Soniq, job_id: UUID) -> Job | None:
    async with app:
        return await app.get_job(job_id)


async def _cancel(app: Soniq, job_id: UUID) -> Cancellation:
    async with app:
        return await app.cancel_job(job_id)


async def _retry(app: Soniq, job_id: UUID) -> tuple[Job | None, bool]:
    """Return the job that runs now, and whether it does; a worker may have taken it meanwhile."""
    async with app:
        job = await app.get_job(job_id)
        if job is not None and job.status == JobStatus.DEAD_LETTER:
            return await app.get_job(await app.dead_letter.replay(job_id)), True
        waited = await app.run_job_now(job_id)
        return await app.get_job(job_id), waited or (job is not None and job.status == JobStatus.QUEUED)


async def _delete(app: Soniq, job_id: UUID) -> bool:
    async with app:
        return await app.delete_job(job_id)


def print_jobs(found: list[Job]) -> None:
    """Print a table of jobs."""
    if not found:
        click.echo("no jobs")
        return
    print_table(
        ["ID", "TASK", "STATUS", "QUEUE", "ATTEMPTS", "CREATED", "LAST ERROR"],
        [
            [
                job.id,
                job.job_name,
                job.status,
                job.queue,
                f"{job.attempts}/{job.max_attempts}",
                job.created_at,
                (job.last_error or "")[:60],
            ]
            for job in found
        ],
    )


def _print_one(job: Job) -> None:
    click.secho(f"{job.job_name}  {job.status}", bold=True)
    for name in job:
        if name not in {"job_name", "status", "errors", "traceback"} and job[name] is not None:
            click.echo(f"  {name:18} {shown(job[name])}")
    for failed in job.errors:
        click.echo(f"  attempt {failed.attempt:<10} {failed.at:%Y-%m-%d %H:%M:%S}  {failed.error}")
    if job.traceback:
        click.echo(job.traceback)
