"""`soniq tasks`: what an app can run."""

import click

from soniq.cli.running import app_options, load_with_jobs, say_target
from soniq.cli.table import print_json, print_table


@click.command()
@app_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def tasks(target: str | None, named: str | None, modules: str | None, as_json: bool) -> None:
    """List the tasks of an app, by name, with their options. No database is asked.

    \b
    Examples:
      soniq tasks shop.jobs:app
      soniq tasks shop.jobs:app --json
    """
    target = say_target(target, named)
    app = load_with_jobs(target, modules)
    rows = [
        {
            "name": task.name,
            "queue": task.queue,
            "priority": task.priority,
            "retries": task.retries.limit,
            "timeout": app.settings.job_timeout if task.timeout is None else task.timeout,
            "transactional": task.transactional,
        }
        for task in sorted(app.registry, key=lambda task: task.name)
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table([name.upper() for name in rows[0]], [[_shown(value) for value in row.values()] for row in rows])
    else:
        click.echo(f"no tasks; import the modules that define them in {target or 'its module'}")


def _shown(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value
