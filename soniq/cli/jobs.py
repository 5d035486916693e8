"""`soniq jobs`: list jobs, or show one."""

import asyncio
from uuid import UUID

import click

from soniq.app import Soniq
from soniq.cli.table import print_json, print_table
from soniq.cli.target import database_options, make_app
from soniq.job import Job, JobStatus
from soniq.job.record import shown


@click.command()
@click.argument("job_id", required=False, type=click.UUID)
@database_options
@click.option("--queue", help="Of this queue only.")
@click.option("--status", type=click.Choice([str(one) for one in JobStatus]), help="Of this status only.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="This many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def jobs(  # noqa: PLR0913  # one parameter an option, as click passes them
    job_id: UUID | None,
    database_url: str | None,
    target: str | None,
    queue: str | None,
    status: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """List jobs, newest first, or show the one whose JOB_ID is given.

    \b
    Examples:
      soniq jobs --status dead_letter
      soniq jobs 0198c1c2-7f4e-7d51-9a43-0d2f5a4c9b11 --json

    Exits with 1 where no job has that id.
    """
    found = asyncio.run(_read(make_app(database_url, target), job_id, queue, status, limit))
    if as_json:
        print_json([dict(job) for job in found] if job_id is None else next((dict(job) for job in found), None))
    elif job_id is None:
        _print_list(found)
    elif found:
        _print_one(found[0])
    if job_id is not None and not found:
        click.echo(f"no job has the id {job_id}", err=True)
        return 1
    return 0


async def _read(app: Soniq, job_id: UUID | None, queue: str | None, status: str | None, limit: int) -> list[Job]:
    async with app:
        if job_id is None:
            return await app.list_jobs(queue=queue, status=status, limit=limit)
        job = await app.get_job(job_id)
        return [] if job is None else [job]


def _print_list(found: list[Job]) -> None:
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
