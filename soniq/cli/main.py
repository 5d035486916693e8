"""The command's root: its groups, and how a mistake is told."""

import sys
from collections.abc import Sequence
from typing import Final

import click

from soniq.cli.dead_letter import dead_letter
from soniq.cli.demo import demo
from soniq.cli.doctor import doctor
from soniq.cli.inspect import inspect
from soniq.cli.jobs import jobs
from soniq.cli.lab import lab
from soniq.cli.migrate import migrate
from soniq.cli.migrations import migrate_status, migrations
from soniq.cli.prune import prune
from soniq.cli.queues import queues
from soniq.cli.scheduler import scheduler
from soniq.cli.schedules import schedules
from soniq.cli.setup import setup
from soniq.cli.status import status
from soniq.cli.tasks import tasks
from soniq.cli.tasks_check import tasks_check
from soniq.cli.worker import worker
from soniq.errors import DatabaseUnreachable, NoDatabase, SoniqError
from soniq.version import __version__

REFUSED: Final = 1
UNAVAILABLE: Final = 69  # EX_UNAVAILABLE of sysexits.h
INTERRUPTED: Final = 130  # 128 + SIGINT, as shells report it

EPILOG: Final = """\b
Exit status: 0 done, 1 refused, not found, something wrong, or ended
while a handler ran, 2 wrong usage, 69 no database reached, 130 interrupted.
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="soniq")
def root() -> None:
    """Soniq: a job queue in your own Postgres.

    \b
    First steps:
      soniq setup --database-url postgresql://localhost/shop
      soniq worker shop.jobs:app
      soniq status

    SONIQ_DATABASE_URL names the database for every command. Without it, and with
    the `lab` extra installed, an embedded Postgres is used, to learn and to try.
    """


for command in (
    setup,
    migrate,
    migrate_status,
    migrations,
    worker,
    scheduler,
    status,
    inspect,
    queues,
    jobs,
    tasks,
    tasks_check,
    schedules,
    dead_letter,
    prune,
    doctor,
    demo,
    lab,
):
    root.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; a user's mistake is a message, never a traceback."""
    try:
        answer = root.main(args=arguments, prog_name="soniq", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except (DatabaseUnreachable, NoDatabase) as error:
        click.echo(str(error), err=True)
        return UNAVAILABLE
    except SoniqError as error:
        click.echo(str(error), err=True)
        return REFUSED
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away, as in `soniq jobs | head`
        return 0
    return answer if isinstance(answer, int) else 0
