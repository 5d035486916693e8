"""`soniq tasks`: what an app can run."""

import click

from soniq.cli.table import print_json, print_table
from soniq.cli.target import load_app


@click.command()
@click.argument("target", metavar="MODULE:APP")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def tasks(target: str, as_json: bool) -> None:
    """List the tasks of an app, by name, with their options. No database is asked.

    \b
    Examples:
      soniq tasks shop.jobs:app
      soniq tasks shop.jobs:app --json
    """
    app = load_app(target)
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
        click.echo(f"no tasks; import the modules that define them in {target}")


def _shown(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value
